"""Together's own SDK against the sandbox: every method of `fine_tuning` and `files`, refusals included."""

import asyncio
import os

import together
from together._resource import SyncAPIResource

from sandbox import Coverage, Sandbox, finish, refuses, training_file

MODEL = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"


def main():
    with Sandbox() as sandbox:
        client = connect(together.Together, sandbox, sandbox.key("together"))
        coverage = Coverage(SyncAPIResource)
        coverage.watch("fine_tuning", client.fine_tuning)
        coverage.watch("files", client.files)
        file = files(client)
        jobs(client, sandbox, file)
        refusals(client, sandbox, file)
        asyncio.run(asynchronous(sandbox))
        base_urls(sandbox)
    finish(coverage)


def connect(kind, sandbox, key, **options):
    return kind(base_url=sandbox.url("together"), api_key=key, **options)


def files(client):
    path = training_file()
    file = client.files.upload(path, purpose="fine-tune")
    assert (file.object, file.file_type, file.bytes) == ("file", "jsonl", path.stat().st_size)
    assert client.files.retrieve(file.id).filename == "train.jsonl"
    assert client.files.content(file.id).read() == path.read_bytes()
    assert file.id in [each.id for each in client.files.list().data]
    extra = client.files.upload(path)
    assert client.files.delete(extra.id).deleted
    refuses(together.NotFoundError, client.files.retrieve, extra.id)
    return file


def jobs(client, sandbox, file):
    resource = client.fine_tuning
    limits = resource.model_limits(model_name=MODEL)
    assert limits.max_num_epochs > 1 and limits.lora_training.max_rank > 0
    price = resource.estimate_price(training_file=file.id, model=MODEL, n_epochs=2)
    assert price.allowed_to_proceed and price.estimated_total_price > 0
    assert resource.preview(model=MODEL, training_file=file.id, top_k=2).rows

    job = resource.create(training_file=file.id, model=MODEL, n_epochs=2, n_checkpoints=2, lora=True, suffix="sdk", wandb_api_key="secret")
    assert job.status == "pending"
    seen = []
    for _ in range(100):
        status = resource.retrieve(job.id).status
        if seen[-1:] != [status]:
            seen.append(status)
        sandbox.advance(10)
    assert seen == ["pending", "queued", "running", "uploading", "compressing", "completed"], seen
    assert job.id in [each.id for each in resource.list().data]
    assert "job_complete" in [event.type for event in resource.list_events(job.id).data]
    assert len(resource.list_checkpoints(job.id).data) == 2
    losses = [point["train/loss"] for point in resource.list_metrics(job.id).metrics]
    assert losses and losses[0] > losses[-1]
    assert resource.content(ft_id=job.id, checkpoint="merged").read().startswith(b"\x28\xb5\x2f\xfd")
    assert resource.retrieve_tokenized_dataset(job.id).url.startswith("http")

    other = resource.create(training_file=file.id, model=MODEL, lora=False, batch_size=8)
    assert resource.cancel(other.id).status == "cancel_requested"
    sandbox.advance(60)
    assert resource.retrieve(other.id).status == "cancelled"
    resource.delete(other.id)
    refuses(together.NotFoundError, resource.retrieve, other.id)


def refusals(client, sandbox, file):
    resource = client.fine_tuning
    refuses(together.NotFoundError, resource.retrieve, "ft-none")
    refuses(together.NotFoundError, resource.model_limits, model_name="none")
    refuses(together.BadRequestError, resource.estimate_price, training_file="file-none", model=MODEL)
    stranger = connect(together.Together, sandbox, "wrong")
    refuses(together.AuthenticationError, stranger.fine_tuning.list)

    sandbox.fault("together.listJobs:503@once")
    sandbox.fault("together.listJobs:429;retry-after=1@once")
    assert resource.list().data, "the SDK tries again"
    impatient = client.with_options(max_retries=0)
    sandbox.fault("together.retrieveJob:529@once")
    refuses(together.InternalServerError, impatient.fine_tuning.retrieve, "ft-none")


async def asynchronous(sandbox):
    async with connect(together.AsyncTogether, sandbox, sandbox.key("together")) as client:
        jobs = (await client.fine_tuning.list()).data
        found = next(job for job in jobs if getattr(job, "id", None))
        assert (await client.fine_tuning.retrieve(found.id)).id == found.id


def base_urls(sandbox):
    """The environment variable as `unitune sandbox` prints it, and in the form of this SDK's own default."""
    printed = sandbox.url("together")
    for url in [printed, printed.removesuffix("/v1")]:
        os.environ.update(TOGETHER_BASE_URL=url, TOGETHER_API_KEY=sandbox.key("together"))
        assert together.Together().fine_tuning.list().data, url


main()
