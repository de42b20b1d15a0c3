"""OpenAI's own SDK against the sandbox: every method of `fine_tuning` and `files`, pages and rejections included."""

import asyncio

import openai
from openai._resource import SyncAPIResource

from sandbox import Coverage, Sandbox, finish, rejects, training_file


def main():
    with Sandbox() as sandbox:
        client = openai.OpenAI(base_url=sandbox.url("openai"), api_key=sandbox.key("openai"), max_retries=2)
        coverage = Coverage(SyncAPIResource)
        coverage.watch("fine_tuning", client.fine_tuning)
        coverage.watch("files", client.files)
        file = files(client)
        jobs(client, sandbox, file)
        graders(client)
        rejections(client, sandbox)
        gateway(sandbox)
        asyncio.run(asynchronous(sandbox))
    finish(coverage)


def files(client):
    path = training_file()
    file = client.files.create(file=path, purpose="fine-tune")
    assert (file.object, file.purpose, file.bytes) == ("file", "fine-tune", path.stat().st_size)
    assert client.files.wait_for_processing(file.id, poll_interval=0.1).status == "processed"
    assert client.files.retrieve(file.id).filename == "train.jsonl"
    assert client.files.content(file.id).read() == path.read_bytes()
    assert client.files.retrieve_content(file.id) == path.read_text()
    assert file.id in [each.id for each in client.files.list(limit=2)]
    extra = client.files.create(file=path, purpose="fine-tune")
    assert client.files.delete(extra.id).deleted
    rejects(openai.NotFoundError, client.files.retrieve, extra.id)
    return file


def jobs(client, sandbox, file):
    resource = client.fine_tuning.jobs
    job = resource.create(
        model="gpt-4o-mini",
        training_file=file.id,
        validation_file=file.id,
        suffix="sdk",
        seed=3,
        metadata={"by": "sdk"},
        integrations=[{"type": "wandb", "wandb": {"project": "p"}}],
        method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 3}}},
    )
    assert job.status == "validating_files" and job.metadata == {"by": "sdk"}
    sandbox.advance(130)
    assert resource.retrieve(job.id).status == "running"
    assert resource.pause(job.id).status == "paused"
    assert resource.resume(job.id).status == "queued"
    sandbox.advance(3600)
    job = resource.retrieve(job.id)
    assert job.status == "succeeded" and job.fine_tuned_model.startswith("ft:gpt-4o-mini-2024-07-18:")
    assert client.files.content(job.result_files[0]).read().startswith(b"step,")

    every = list(resource.list(limit=3))
    assert len(every) == len({each.id for each in every}) > 3, "pages follow each other"
    assert [each.id for each in resource.list(metadata={"by": "sdk"})] == [job.id]
    events = list(resource.list_events(job.id, limit=10))
    assert len(events) > 20 and events[0].created_at >= events[-1].created_at
    checkpoints = list(resource.checkpoints.list(job.id, limit=1))
    assert [each.step_number for each in checkpoints] == [60, 40, 20]

    other = resource.create(model="gpt-4o", training_file=file.id)
    assert resource.cancel(other.id).status == "cancelled"
    rejects(openai.BadRequestError, resource.cancel, other.id)

    permissions = client.fine_tuning.checkpoints.permissions
    created = permissions.create(job.fine_tuned_model, project_ids=["proj_a", "proj_b"])
    assert len(list(created)) == 2
    listed = list(permissions.list(job.fine_tuned_model, limit=1))
    assert [each.project_id for each in listed] == ["proj_b", "proj_a"]
    assert permissions.retrieve(job.fine_tuned_model).object == "list"
    assert permissions.delete(listed[0].id, fine_tuned_model_checkpoint=job.fine_tuned_model).deleted


def graders(client):
    grader = {
        "type": "string_check",
        "name": "exact",
        "input": "{{sample.output_text}}",
        "reference": "{{item.answer}}",
        "operation": "eq",
    }
    resource = client.fine_tuning.alpha.graders
    assert resource.validate(grader=grader).grader.name == "exact"
    assert 0 <= resource.run(grader=grader, model_sample="42", item={"answer": "42"}).reward <= 1
    rejects(openai.BadRequestError, resource.validate, grader={"type": "string_check"})


def rejections(client, sandbox):
    jobs = client.fine_tuning.jobs
    error = rejects(openai.BadRequestError, jobs.create, model="none", training_file="file-none")
    assert error.code == "model_not_available" and error.param == "model" and error.request_id
    rejects(openai.NotFoundError, jobs.retrieve, "ftjob-none")
    rejects(openai.BadRequestError, jobs.list, limit=1000)
    unauthorized = openai.OpenAI(base_url=sandbox.url("openai"), api_key="wrong")
    rejects(openai.AuthenticationError, unauthorized.fine_tuning.jobs.list)

    sandbox.fault("openai.listJobs:429;retry-after-ms=10@once")
    sandbox.fault("openai.listJobs:reset-before-body@once")
    assert client.fine_tuning.jobs.list().data, "the SDK tries again"
    without_retries = client.with_options(max_retries=0)
    for status, expected in [(403, openai.PermissionDeniedError), (409, openai.ConflictError), (503, openai.InternalServerError)]:
        sandbox.fault(f"openai.retrieveJob:{status}@once")
        rejects(expected, without_retries.fine_tuning.jobs.retrieve, "ftjob-none")


def gateway(sandbox):
    """OpenAI's SDK is what people use with TrueFoundry's gateway, too."""
    headers = {"x-tfy-provider-name": "openai-main"}
    client = openai.OpenAI(base_url=sandbox.url("truefoundry"), api_key=sandbox.key("truefoundry"), default_headers=headers)
    file = client.files.create(file=training_file(), purpose="fine-tune")
    job = client.fine_tuning.jobs.create(model="gpt-4o-mini-2024-07-18", training_file=file.id)
    assert job.status == "queued" and client.fine_tuning.jobs.retrieve(job.id).id == job.id
    assert job.id in [each.id for each in client.fine_tuning.jobs.list(limit=2)]
    assert client.files.content(file.id).read()
    assert client.files.delete(file.id).deleted
    rejects(openai.NotFoundError, client.fine_tuning.jobs.retrieve, "ftjob-none")
    rejects(openai.NotFoundError, client.fine_tuning.jobs.cancel, job.id)


async def asynchronous(sandbox):
    async with openai.AsyncOpenAI(base_url=sandbox.url("openai"), api_key=sandbox.key("openai")) as client:
        seen = [job.id async for job in client.fine_tuning.jobs.list(limit=4)]
        assert len(seen) > 4
        assert (await client.fine_tuning.jobs.retrieve(seen[0])).id == seen[0]


main()
