"""Fireworks' own SDK against the sandbox: every method of its three kinds of job and of datasets, rejections included."""

import asyncio
import json
import urllib.error
import urllib.request

import fireworks
from fireworks._resource import SyncAPIResource
from fireworks.lib.dataset_upload import count_dataset_examples
from fireworks.training.sdk._rest_client import _RestClient

from sandbox import Coverage, Sandbox, finish, rejects, training_file

MODEL = "accounts/fireworks/models/llama-v3p1-8b-instruct"


def main():
    with Sandbox() as sandbox:
        client = connect(fireworks.Fireworks, sandbox)
        coverage = Coverage(SyncAPIResource)
        for name in ["supervised_fine_tuning_jobs", "dpo_jobs", "reinforcement_fine_tuning_jobs", "datasets", "accounts"]:
            coverage.watch(name, getattr(client, name))
        accounts(client, sandbox)
        dataset = datasets(client, sandbox)
        supervised(client, sandbox, dataset)
        preferences(client, sandbox)
        reinforcement(client, sandbox, dataset)
        rejections(client, sandbox, dataset)
        asyncio.run(asynchronous(sandbox))
    finish(coverage)


def connect(kind, sandbox, **options):
    options = {"api_key": sandbox.key("fireworks"), "account_id": sandbox.account("fireworks"), **options}
    return kind(base_url=sandbox.url("fireworks"), **options)


def accounts(client, sandbox):
    assert [each.name for each in client.accounts.list(page_size=2)] == ["accounts/sandbox"]
    assert client.accounts.get().state == "READY"
    # The training SDK finds the account out by itself.
    rest = _RestClient(api_key=sandbox.key("fireworks"), base_url=sandbox.url("fireworks"))
    assert rest.account_id == "sandbox"


def datasets(client, sandbox):
    resource = client.datasets
    path = training_file()
    record = {"user_uploaded": {}, "example_count": str(count_dataset_examples(str(path)))}
    created = resource.create(dataset_id="sdk", dataset={**record, "display_name": "SDK"})
    assert (created.state, created.name, created.example_count) == ("UPLOADING", "accounts/sandbox/datasets/sdk", "20")
    uploaded = resource.upload("sdk", file=path)
    assert (uploaded.id, uploaded.object, uploaded.bytes) == ("sdk", "file", path.stat().st_size)
    assert resource.get("sdk").state == "READY"
    assert resource.update("sdk", display_name="Other").display_name == "Other"

    resource.create(dataset_id="shards", dataset=record)
    size = path.stat().st_size
    names = {"a.jsonl": str(size), "b.jsonl": str(size)}
    urls = resource.get_upload_endpoint("shards", filename_to_size=names).filename_to_signed_urls
    assert set(urls) == set(names)
    headers = {"Content-Type": "application/octet-stream", "X-Goog-Content-Length-Range": f"{size},{size}"}
    for url in urls.values():
        assert put(url, path.read_bytes(), {**headers, "Authorization": "Bearer key"}) == 400
        assert put(url, path.read_bytes(), {"Content-Type": "text/plain"}) == 403
        assert put(url, b"short", headers) == 400
    rejects(fireworks.BadRequestError, resource.validate_upload, "shards", body={})
    for url in urls.values():
        assert put(url, path.read_bytes(), headers) == 200
    resource.validate_upload("shards", body={})
    assert resource.get("shards").state == "READY"

    urls = resource.get_download_endpoint("shards").filename_to_signed_urls
    assert len(urls) == 2 and all("/" in key for key in urls)
    for url in urls.values():
        assert urllib.request.urlopen(url).read() == path.read_bytes()
    sandbox.advance(600)
    assert status_of(urllib.request.Request(next(iter(urls.values())))) == 400, "it has expired"

    listed = [each.name for each in resource.list(page_size=2, order_by="create_time desc")]
    assert listed[:2] == ["accounts/sandbox/datasets/shards", "accounts/sandbox/datasets/sdk"] and len(listed) == 5
    resource.delete("shards")
    rejects(fireworks.NotFoundError, resource.get, "shards")
    return created.name


def supervised(client, sandbox, dataset):
    resource = client.supervised_fine_tuning_jobs
    assert client.models.get("llama-v3p1-8b-instruct", account_id="fireworks").tunable
    estimate = client.post(
        "/v1/accounts/sandbox/supervisedFineTuningJobs:estimateCost",
        body={"dataset": dataset, "baseModel": MODEL, "epochs": 2},
        cast_to=object,
    )
    assert estimate["estimatedCost"]["currencyCode"] == "USD"

    job = resource.create(
        supervised_fine_tuning_job_id="sdk-job",
        dataset=dataset,
        base_model=MODEL,
        output_model="sdk-model",
        epochs=2,
        learning_rate=1e-4,
        lora_rank=8,
        evaluation_dataset=dataset,
        use_purpose="PURPOSE_PILOT",
        wandb_config={"enabled": True, "api_key": "secret", "project": "p"},
    )
    assert job.name == "accounts/sandbox/supervisedFineTuningJobs/sdk-job"
    assert job.output_model == "accounts/sandbox/models/sdk-model" and not job.wandb_config.api_key
    rejects(fireworks.NotFoundError, client.models.get, "sdk-model")
    seen = []
    for _ in range(100):
        state = resource.get("sdk-job").state
        if seen[-1:] != [state]:
            seen.append(state)
        sandbox.advance(5)
    expected = "CREATING VALIDATING PENDING RUNNING WRITING_RESULTS COMPLETED".split()
    assert seen == [f"JOB_STATE_{word}" for word in expected], seen
    job = resource.get("sdk-job")
    assert job.completed_time > job.create_time and job.job_progress.percent == 100
    assert client.models.get("sdk-model").fine_tuning_job == job.name
    losses = [line["train/loss"] for line in lines(job.metrics_file_signed_url)]
    assert losses[0] > losses[-1]
    assert b"training" in urllib.request.urlopen(job.trainer_logs_signed_url).read()

    rejects(fireworks.ConflictError, resource.create, supervised_fine_tuning_job_id="sdk-job", dataset=dataset, base_model=MODEL)
    other = resource.create(dataset=dataset, base_model=MODEL)
    id = other.name.rsplit("/", 1)[1]
    resource.cancel(id, body={})
    assert resource.get(id).state == "JOB_STATE_CANCELLING"
    sandbox.advance(60)
    assert resource.get(id).state == "JOB_STATE_CANCELLED"
    assert resource.resume(id, body={}).state == "JOB_STATE_RE_QUEUEING"
    sandbox.advance(3600)
    assert resource.get(id).state == "JOB_STATE_COMPLETED"
    rejects(fireworks.BadRequestError, resource.cancel, id, body={})
    resource.delete(id)
    rejects(fireworks.NotFoundError, resource.get, id)

    every = list(resource.list(page_size=3))
    names = [each.name for each in every]
    assert names == sorted(set(names)) and len(names) > 6, "pages follow each other, by name"
    newest = resource.list(page_size=1, order_by="create_time desc")
    assert newest.supervised_fine_tuning_jobs[0].name == job.name
    failed = list(resource.list(filter='state="JOB_STATE_FAILED"', page_size=1))
    assert failed and {each.state for each in failed} == {"JOB_STATE_FAILED"} and failed[0].status.message


def preferences(client, sandbox):
    resource = client.dpo_jobs
    job = resource.create(
        dpo_job_id="sdk-job",
        dataset="accounts/sandbox/datasets/preferences",
        training_config={"base_model": MODEL, "epochs": 1},
        loss_config={"method": "DPO", "dpo": {"beta": 0.2}},
    )
    assert job.state == "JOB_STATE_CREATING" and job.loss_config.dpo.beta == 0.2
    assert job.training_config.output_model == "accounts/sandbox/models/sdk-job"
    url = resource.get_metrics_file_endpoint("sdk-job").signed_url
    assert status_of(urllib.request.Request(url)) == 404, "there are no metrics yet"
    sandbox.advance(200)
    resource.cancel("sdk-job", body={})
    sandbox.advance(30)
    assert resource.get("sdk-job").state == "JOB_STATE_CANCELLED"
    assert resource.resume("sdk-job", body={}).state == "JOB_STATE_RE_QUEUEING"
    sandbox.advance(3600)
    assert resource.get("sdk-job").state == "JOB_STATE_COMPLETED"
    assert list(lines(resource.get_metrics_file_endpoint("sdk-job").signed_url))
    assert job.name in [each.name for each in resource.list(page_size=2)]
    resource.delete("sdk-job")
    rejects(fireworks.NotFoundError, resource.get, "sdk-job")


def reinforcement(client, sandbox, dataset):
    resource = client.reinforcement_fine_tuning_jobs
    job = resource.create(
        reinforcement_fine_tuning_job_id="sdk-job",
        dataset=dataset,
        evaluator="accounts/sandbox/evaluators/exact-match",
        training_config={"base_model": MODEL},
        inference_parameters={"temperature": 0.7, "max_output_tokens": 512},
    )
    assert job.evaluator == "accounts/sandbox/evaluators/exact-match"
    resource.cancel("sdk-job", body={})
    sandbox.advance(30)
    assert resource.resume("sdk-job", body={}).state == "JOB_STATE_RE_QUEUEING"
    sandbox.advance(3600)
    job = resource.get("sdk-job")
    assert job.state == "JOB_STATE_COMPLETED" and int(job.accelerator_seconds["NVIDIA_H100_80GB"]) > 0
    assert job.name in [each.name for each in resource.list(page_size=2)]
    resource.delete("sdk-job")
    rejects(fireworks.NotFoundError, resource.get, "sdk-job")


def rejections(client, sandbox, dataset):
    jobs = client.supervised_fine_tuning_jobs
    error = rejects(fireworks.NotFoundError, jobs.get, "none")
    assert error.body == {"code": 5, "message": "resource not found", "details": []}
    error = rejects(fireworks.BadRequestError, jobs.create, dataset=dataset, base_model=MODEL, extra_body={"nEpochs": 1})
    assert error.body["code"] == 3
    rejects(fireworks.BadRequestError, jobs.create, dataset="none", base_model=MODEL)
    rejects(fireworks.BadRequestError, jobs.create, dataset=dataset, base_model="accounts/fireworks/models/none")
    rejects(fireworks.PermissionDeniedError, jobs.list, account_id="other")
    error = rejects(fireworks.PermissionDeniedError, connect(fireworks.Fireworks, sandbox, api_key="wrong").datasets.list)
    assert error.body["error"]["code"] == "UNAUTHORIZED"

    sandbox.fault("fireworks.listSupervisedJobs:503@once")
    sandbox.fault("fireworks.listSupervisedJobs:429;retry-after=1@once")
    assert list(jobs.list()), "the SDK tries again"
    without_retries = client.with_options(max_retries=0)
    sandbox.fault("fireworks.retrieveDpoJob:429@once")
    rejects(fireworks.RateLimitError, without_retries.dpo_jobs.get, "none")


async def asynchronous(sandbox):
    async with connect(fireworks.AsyncFireworks, sandbox) as client:
        seen = [job.name async for job in client.supervised_fine_tuning_jobs.list(page_size=4)]
        assert len(seen) > 4
        assert (await client.supervised_fine_tuning_jobs.get(seen[0].rsplit("/", 1)[1])).name == seen[0]


def lines(url):
    return [json.loads(line) for line in urllib.request.urlopen(url).read().splitlines()]


def put(url, content, headers):
    return status_of(urllib.request.Request(url, data=content, headers=headers, method="PUT"))


def status_of(request):
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


main()
