"""OpenAI's SDK against the sandbox's Azure, under both forms of its address."""

import asyncio
import os

import openai

from sandbox import Sandbox, rejects, training_file

VERSIONS = ["2024-10-21", "2025-04-01-preview"]
MODEL = "gpt-4.1-2025-04-14"


def main():
    with Sandbox() as sandbox:
        url, key = sandbox.url("azure"), sandbox.key("azure")
        endpoint = url.removesuffix("/openai/v1")
        clients = [openai.OpenAI(base_url=url, api_key=key)]
        for version in VERSIONS:
            clients.append(openai.AzureOpenAI(azure_endpoint=endpoint, api_version=version, api_key=key))
        # As a token the key comes in another header.
        clients.append(openai.AzureOpenAI(azure_endpoint=endpoint, api_version=VERSIONS[0], azure_ad_token=key))
        os.environ.update(AZURE_OPENAI_ENDPOINT=endpoint, OPENAI_API_VERSION=VERSIONS[1], AZURE_OPENAI_API_KEY=key)
        clients.append(openai.AzureOpenAI())
        project = endpoint + "/api/projects/sandbox/openai/v1"
        clients.append(openai.OpenAI(base_url=project, api_key=key))
        for client in clients:
            session(client, sandbox)
        rejections(clients, sandbox, endpoint)
        asyncio.run(asynchronous(sandbox, endpoint))
    print(f"{len(clients)} clients")


def session(client, sandbox):
    path = training_file()
    file = client.files.create(file=path, purpose="fine-tune")
    assert (file.object, file.status) == ("file", "pending") and len(file.id) == 37
    jobs = client.fine_tuning.jobs
    error = rejects(openai.BadRequestError, jobs.create, model=MODEL, training_file=file.id)
    assert error.code == "invalidPayload"
    sandbox.advance(3)
    assert client.files.retrieve(file.id).status == "running"
    sandbox.advance(3)
    assert client.files.retrieve(file.id).status == "processed"
    assert client.files.content(file.id).read() == path.read_bytes()
    assert file.id in [each.id for each in client.files.list(purpose="fine-tune").data]

    job = jobs.create(
        model=MODEL,
        training_file=file.id,
        suffix="sdk",
        hyperparameters={"n_epochs": 2, "batch_size": -1},
        extra_body={"trainingType": "globalStandard"},
    )
    assert job.status == "pending" and job.method is None and job.hyperparameters.batch_size == -1
    assert job.model_extra["trainingType"] == "globalStandard"
    assert job.organization_id is None and job.result_files is None and job.estimated_finish
    rejects(openai.BadRequestError, jobs.pause, job.id)
    sandbox.advance(130)
    assert jobs.retrieve(job.id).status == "running"
    assert jobs.pause(job.id).status == "pausing"
    sandbox.advance(20)
    assert jobs.retrieve(job.id).status == "paused"
    assert jobs.resume(job.id).status == "resuming"
    sandbox.advance(3600)
    job = jobs.retrieve(job.id)
    assert job.status == "succeeded" and job.fine_tuned_model.startswith(f"{MODEL}.ft-")
    assert job.fine_tuned_model.endswith("-sdk")
    assert client.files.content(job.result_files[0]).read().startswith(b"step,")
    assert client.models.retrieve(job.fine_tuned_model).id == job.fine_tuned_model

    seen = [each.id for each in jobs.list(limit=4)]
    assert seen[0] == job.id and len(seen) == len(set(seen)) > 8
    events = list(jobs.list_events(job.id, limit=50))
    assert {each.data is None for each in events if each.type == "message"} == {True}
    checkpoints = list(jobs.checkpoints.list(job.id))
    assert checkpoints[0].fine_tuned_model_checkpoint == job.fine_tuned_model
    assert ":ckpt-step-" in checkpoints[1].fine_tuned_model_checkpoint
    copy(client, job, checkpoints[0])

    # A model that was made can be tuned again.
    other = jobs.create(model=job.fine_tuned_model, training_file=file.id)
    assert jobs.cancel(other.id).status == "cancelled"
    rejects(openai.BadRequestError, jobs.cancel, other.id)
    assert client.files.delete(file.id).deleted


def copy(client, job, checkpoint):
    path = f"/fine_tuning/jobs/{job.id}/checkpoints/{checkpoint.id}/copy"
    body = {"destinationResourceId": "/subscriptions/s/accounts/a", "region": "swedencentral"}
    rejects(openai.BadRequestError, client.post, path, body=body, cast_to=object)
    options = {"headers": {"aoai-copy-ft-checkpoints": "preview"}}
    copied = client.post(path, body=body, options=options, cast_to=object)
    assert copied["copiedAccountDetails"][0]["status"] == "InProgress"
    listed = client.get(path, options=options, cast_to=object)
    assert listed["checkpointedModelName"] == job.fine_tuned_model


def rejections(clients, sandbox, endpoint):
    for client in clients:
        jobs = client.fine_tuning.jobs
        error = rejects(openai.NotFoundError, jobs.retrieve, "ftjob-none")
        assert error.code == "notFound"
        error = rejects(openai.BadRequestError, jobs.create, model="gpt-4o", training_file="file-none")
        assert error.response.headers["apim-request-id"]
    body = {"trainingType": "Developer"}
    rejects(openai.BadRequestError, clients[0].fine_tuning.jobs.create, model="gpt-4o", training_file="f", extra_body=body)
    unauthorized = openai.AzureOpenAI(azure_endpoint=endpoint, api_version=VERSIONS[0], api_key="wrong")
    assert rejects(openai.AuthenticationError, unauthorized.fine_tuning.jobs.list).code == "401"
    unauthorized = openai.AzureOpenAI(azure_endpoint=endpoint, api_version="2020-01-01", api_key=sandbox.key("azure"))
    assert rejects(openai.BadRequestError, unauthorized.fine_tuning.jobs.list).code == "400"
    sandbox.fault("azure.listJobs:429;retry-after-ms=10@once")
    assert clients[1].fine_tuning.jobs.list().data, "the SDK tries again"


async def asynchronous(sandbox, endpoint):
    client = openai.AsyncAzureOpenAI(azure_endpoint=endpoint, api_version=VERSIONS[1], api_key=sandbox.key("azure"))
    async with client:
        seen = [job.id async for job in client.fine_tuning.jobs.list(limit=4)]
        assert len(seen) > 4


main()
