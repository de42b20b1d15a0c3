"""OpenAI's own SDK against `unitune serve --sandbox`: a program that uses only this SDK lists, creates, watches and
cancels jobs of every vendor by its base URL."""

import asyncio
import hashlib
import json
import urllib.request

import openai
from openai._resource import SyncAPIResource

from gateway import Gateway
from sandbox import Coverage, rejects, training_file

ACCOUNTS = ["openai", "together", "truefoundry", "fireworks", "azure"]
MODELS = {
    "openai": "gpt-4o-mini",
    "together": "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference",
    "truefoundry": "gpt-4o-mini",
    "fireworks": "accounts/fireworks/models/llama-v3p1-8b-instruct",
    "azure": "gpt-4o-mini",
}
# What the gateway's documents do not have.
NOT_SERVED = ("fine_tuning.alpha.", "fine_tuning.checkpoints.permissions.")


def at(account):
    return {"x-tfy-provider-name": account}


def main():
    with Gateway() as gateway:
        client = openai.OpenAI(base_url=gateway.url(), api_key="any", max_retries=2)
        coverage = Coverage(SyncAPIResource)
        coverage.watch("fine_tuning", client.fine_tuning)
        coverage.watch("files", client.files)
        every = lists(client)
        for account in ACCOUNTS:
            life(client, gateway, account)
        kinds(client, gateway)
        logs(client, every)
        rejections(client, gateway)
        creates_once(client, gateway)
        bases(gateway)
        asyncio.run(asynchronous(gateway))
    default_account()
    missed = [path for path in coverage.report() if not path.startswith(NOT_SERVED)]
    raise SystemExit(f"never called: {missed}" if missed else 0)


def lists(client):
    jobs = client.fine_tuning.jobs
    every = list(jobs.list(limit=100))
    assert {job.provider["account"] for job in every} == set(ACCOUNTS)
    assert all(a.created_at >= b.created_at for a, b in zip(every, every[1:])), "newest first"
    for limit in [1, 4]:
        paged = [job.id for job in jobs.list(limit=limit)]
        assert paged == [job.id for job in every], "auto-paging over all accounts gives every job once"
    for account in ACCOUNTS:
        own = list(jobs.list(limit=3, extra_headers=at(account)))
        assert [job.id for job in own] == [job.id for job in every if job.provider["account"] == account]
    for job in every:
        found = jobs.retrieve(job.id)
        assert (found.id, found.status, found.created_at) == (job.id, job.status, job.created_at)
    raw = jobs.with_raw_response.list()
    assert raw.headers["x-unitune-warnings"] == "together 1", "the one job that does not decode is a warning"
    return every


def life(client, gateway, account):
    path = training_file()
    files = client.files
    file = files.create(file=path, purpose="fine-tune", extra_headers=at(account))
    assert (file.object, file.bytes) == ("file", path.stat().st_size)
    assert files.retrieve(file.id).id == file.id
    assert files.content(file.id).read() == path.read_bytes()
    assert files.retrieve_content(file.id) == path.read_text()
    assert file.id in [each.id for each in files.list(limit=2)]
    # Azure imports a file after its upload.
    gateway.advance(6)
    assert files.wait_for_processing(file.id, poll_interval=0.1, max_wait_seconds=10).id == file.id
    extra = files.create(file=path, purpose="fine-tune", extra_headers=at(account))
    assert files.delete(extra.id).deleted
    rejects(openai.NotFoundError, files.retrieve, extra.id)

    jobs = client.fine_tuning.jobs
    # Fireworks takes the whole name of the model that results, and no suffix.
    name = {"extra_body": {"outputModel": "sdk"}} if account == "fireworks" else {"suffix": "sdk"}
    job = jobs.create(model=f"{account}/{MODELS[account]}", training_file=file.id, **name)
    assert job.provider["account"] == account and job.status in ("queued", "running")
    if account in ("openai", "azure"):
        gateway.advance(130)
        assert jobs.pause(job.id).provider["status"] == ("paused" if account == "openai" else "pausing")
        assert jobs.resume(job.id).status == "queued"
    elif account == "fireworks":
        error = rejects(openai.BadRequestError, jobs.pause, job.id)
        assert error.code == "unsupported"
        jobs.cancel(job.id)
        gateway.advance(600)
        assert jobs.resume(job.id).status in ("queued", "running")
    else:
        error = rejects(openai.BadRequestError, jobs.pause, job.id)
        assert error.code == "unsupported" and error.request_id
        rejects(openai.BadRequestError, jobs.resume, job.id)
    other = jobs.create(model=MODELS[account], training_file=file.id, extra_headers=at(account))
    if account == "truefoundry":
        rejects(openai.BadRequestError, jobs.cancel, other.id)
    else:
        jobs.cancel(other.id)
        gateway.advance(600)
        assert jobs.retrieve(other.id).status == "cancelled"
    gateway.advance(100_000)
    done = jobs.retrieve(job.id)
    assert done.status == "succeeded" and done.fine_tuned_model and done.finished_at, done
    if account == "truefoundry":
        rejects(openai.BadRequestError, jobs.list_events, job.id)
        rejects(openai.BadRequestError, jobs.checkpoints.list, job.id)
        return
    events = list(jobs.list_events(job.id, limit=10))
    assert len(events) > 3 and events[0].created_at >= events[-1].created_at
    if account == "fireworks":
        rejects(openai.BadRequestError, jobs.checkpoints.list, job.id)
    else:
        checkpoints = list(jobs.checkpoints.list(job.id, limit=1))
        assert checkpoints and checkpoints[0].fine_tuning_job_id == job.id
    watched = watch(client, job.id)
    assert [event["id"] for event in watched] == [event.id for event in reversed(events)]


def kinds(client, gateway):
    """Fireworks has three lists of jobs, and the id of a job tells which one it is in."""
    file = client.files.create(file=training_file(), purpose="fine-tune", extra_headers=at("fireworks"))
    jobs = client.fine_tuning.jobs
    for prefix, method in [
        ("dpo:", {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.1}}}),
        ("rft:", {"type": "reinforcement", "reinforcement": {"evaluator": "accuracy"}}),
    ]:
        job = jobs.create(model=MODELS["fireworks"], training_file=file.id, method=method)
        assert job.id.startswith(prefix) and job.method.type == method["type"], job
        assert job.training_file == file.id
        assert next(iter(jobs.list(limit=1, extra_headers=at("fireworks")))).id == job.id, "newest first"
        jobs.cancel(job.id)
        gateway.advance(600)
        assert jobs.retrieve(job.id).status == "cancelled"
        assert jobs.resume(job.id).id == job.id
    error = rejects(openai.BadRequestError, jobs.create, model=MODELS["fireworks"], training_file=file.id, seed=1)
    assert error.param == "seed"


def watch(client, job):
    """The events of a job as they happen, read as the SDK reads streams."""
    stream = client.get(
        f"/fine_tuning/jobs/{job}/events?stream=true", cast_to=object, stream=True, stream_cls=openai.Stream[object]
    )
    return list(stream)


def logs(client, every):
    failed = [job for job in every if job.status == "failed" and job.error and job.error.message]
    assert {job.provider["vendor"] for job in failed} >= {"openai", "together"}, "the reason of a failure is in the job"


def rejections(client, gateway):
    jobs = client.fine_tuning.jobs
    error = rejects(openai.BadRequestError, jobs.create, model="gpt-4o-mini", training_file="file-1")
    assert error.code == "ambiguous_account" and error.param == "model"
    error = rejects(openai.BadRequestError, client.files.create, file=training_file(), purpose="fine-tune")
    assert error.code == "ambiguous_account"
    error = rejects(
        openai.BadRequestError,
        jobs.create,
        model=f"together/{MODELS['together']}",
        training_file="file-1",
        hyperparameters={"learning_rate_multiplier": 2},
    )
    assert error.param == "hyperparameters.learning_rate_multiplier"
    rejects(openai.NotFoundError, jobs.retrieve, "ftjob-none")
    rejects(openai.NotFoundError, jobs.cancel, "ftjob-none")
    for wrong in [0, 101]:
        assert rejects(openai.BadRequestError, jobs.list, limit=wrong).param == "limit"
    error = rejects(openai.NotFoundError, jobs.list, extra_headers=at("nobody"))
    assert "openai, together, truefoundry" in error.message

    gateway.fault("openai.retrieveJob:503@once")
    assert jobs.retrieve(next(iter(jobs.list(limit=1, extra_headers=at("openai")))).id), "tried again"
    without_retries = client.with_options(max_retries=0).fine_tuning.jobs
    own = next(iter(jobs.list(limit=1, extra_headers=at("openai")))).id
    for status, expected in [
        (401, openai.InternalServerError),
        (404, openai.NotFoundError),
        (409, openai.ConflictError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
    ]:
        gateway.control("/reset")
        gateway.fault(f"openai.retrieveJob:{status}")
        rejects(expected, without_retries.retrieve, own, extra_headers=at("openai"))
    gateway.control("/reset")


def creates_once(client, gateway):
    """The vendor starts the job and its answer is lost: the SDK, which repeats a 502 by itself, starts no second one."""
    openai_only = client.with_options(default_headers=at("openai"), max_retries=2)
    jobs = openai_only.fine_tuning.jobs
    file = openai_only.files.create(file=training_file(), purpose="fine-tune")
    before = len(list(jobs.list(limit=100)))
    gateway.fault("openai.createJob:reset-after-body@once")
    error = rejects(openai.InternalServerError, jobs.create, model=MODELS["openai"], training_file=file.id)
    assert "may have been started" in error.message
    assert len(list(jobs.list(limit=100))) == before + 1
    gateway.control("/reset")


# sha256 of `token-of-all` and of `token-of-own`.
DEFAULT_ACCOUNTS = """
default_account = "together"

[[gateway.tokens]]
name = "all"
sha256 = "%s"

[[gateway.tokens]]
name = "own"
sha256 = "%s"
default_account = "openai"
""" % tuple(hashlib.sha256(token.encode()).hexdigest() for token in ["token-of-all", "token-of-own"])


def default_account():
    """With a default account, a program that knows nothing of accounts uploads files and starts jobs."""
    with Gateway(DEFAULT_ACCOUNTS) as gateway:
        for token, account in [("token-of-all", "together"), ("token-of-own", "openai")]:
            client = openai.OpenAI(base_url=gateway.url(), api_key=token)
            file = client.files.create(file=training_file(), purpose="fine-tune")
            assert file.id in [each.id for each in client.files.list(extra_headers=at(account))]
            job = client.fine_tuning.jobs.create(model=MODELS[account], training_file=file.id)
            assert job.provider["account"] == account
        # Another account is named by a form field or by a header, of one call or of all.
        client = openai.OpenAI(base_url=gateway.url(), api_key="token-of-all")
        file = client.files.create(file=training_file(), purpose="fine-tune", extra_body={"account": "openai"})
        job = client.fine_tuning.jobs.create(model=MODELS["openai"], training_file=file.id)
        assert job.provider["account"] == "openai", "the account that has the file"
        openai_only = client.with_options(default_headers=at("openai"))
        file = openai_only.files.create(file=training_file(), purpose="fine-tune")
        job = openai_only.fine_tuning.jobs.create(model=MODELS["openai"], training_file=file.id)
        assert job.provider["account"] == "openai"
        unknown = {"account": "nobody"}
        error = rejects(
            openai.NotFoundError, client.files.create, file=training_file(), purpose="fine-tune", extra_body=unknown
        )
        assert error.code == "unknown_account" and error.param == "account"


def bases(gateway):
    for base in ["", "/v1", "/api/llm"]:
        client = openai.OpenAI(base_url=gateway.url(base), api_key="any")
        assert client.fine_tuning.jobs.list(limit=1).data
    document = json.loads(read(gateway, "/openapi.json"))
    assert "/fine_tuning/jobs" in document["paths"]
    assert "unitune_upstream_calls_total" in read(gateway, "/metrics")


def read(gateway, path):
    with urllib.request.urlopen(gateway.url("") + path) as answer:
        return answer.read().decode()


async def asynchronous(gateway):
    async with openai.AsyncOpenAI(base_url=gateway.url(), api_key="any") as client:
        every = [job async for job in client.fine_tuning.jobs.list(limit=5)]
        assert {job.provider["account"] for job in every} == set(ACCOUNTS)
        found = await asyncio.gather(*(client.fine_tuning.jobs.retrieve(job.id) for job in every[:10]))
        assert [job.id for job in found] == [job.id for job in every[:10]]


main()
