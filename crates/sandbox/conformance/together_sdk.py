"""Together's own SDK against the sandbox: every method of `fine_tuning` and `files`, rejections included."""

import asyncio
import os
import tempfile
import urllib.request
from pathlib import Path

import together
from together._resource import SyncAPIResource

from sandbox import Coverage, Sandbox, finish, rejects, training_file

MODEL = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"


def main():
    with Sandbox() as sandbox:
        client = connect(together.Together, sandbox, sandbox.key("together"))
        coverage = Coverage(SyncAPIResource)
        coverage.watch("fine_tuning", client.fine_tuning)
        coverage.watch("files", client.files)
        file = files(client)
        jobs(client, sandbox, file)
        rejections(client, sandbox, file)
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
    checked = client.files.retrieve(file.id)
    assert checked.processing_status == "COMPLETED"
    assert checked.validation_report.valid and checked.validation_report.dataset_format == "conversation"
    assert checked.validation_report.nlines == 20
    assert client.files.upload(path, purpose="eval").processing_status is None, "only training files are checked"
    extra = client.files.upload(path)
    assert client.files.delete(extra.id).deleted
    rejects(together.NotFoundError, client.files.retrieve, extra.id)
    return file


def jobs(client, sandbox, file):
    resource = client.fine_tuning
    limits = resource.model_limits(model_name=MODEL)
    assert limits.max_num_epochs > 1 and limits.lora_training.max_rank > 0
    assert limits.supports_full_training and limits.max_seq_length_sft >= limits.min_max_seq_length
    price = resource.estimate_price(training_file=file.id, model=MODEL, n_epochs=2)
    assert price.allowed_to_proceed and price.estimated_total_price > 0
    preview(resource, file)

    job = resource.create(training_file=file.id, model=MODEL, n_epochs=2, batch_size=8, n_checkpoints=2, lora=True, suffix="sdk", wandb_api_key="secret")
    assert job.status == "pending" and job.user_id and not job.early_stopped
    seen = []
    for _ in range(100):
        status = resource.retrieve(job.id).status
        if seen[-1:] != [status]:
            seen.append(status)
        sandbox.advance(10)
    assert seen == ["pending", "queued", "running", "uploading", "compressing", "completed"], seen
    assert job.id in [each.id for each in resource.list().data]
    assert "job_complete" in [event.type for event in resource.list_events(job.id).data]
    checkpoints = resource.list_checkpoints(job.id).data
    assert len(checkpoints) == 2
    assert all(each.checkpoint == "adapter" and each.object_id.startswith("ml_") for each in checkpoints)
    done = resource.retrieve(job.id)
    assert done.api_model_object_id.startswith("ml_") and done.adapter_object_revision_id.startswith("rv_")
    assert done.adapter_object_name.endswith("-adapter") and done.tokenized_dataset_path
    losses = [point["train/loss"] for point in resource.list_metrics(job.id).metrics]
    assert losses and losses[0] > losses[-1]
    some = resource.list_metrics(job.id, global_step_from=2, global_step_to=3).metrics
    assert [point["global_step"] for point in some] == [2, 3]
    assert len(resource.list_metrics(job.id, resolution=2).metrics) == 2
    assert resource.content(ft_id=job.id, checkpoint="merged").read().startswith(b"\x28\xb5\x2f\xfd")
    tokens = resource.retrieve_tokenized_dataset(job.id)
    with urllib.request.urlopen(tokens.url) as body:
        assert len(body.read()) == tokens.size
    early_stop(client, sandbox, file)

    other = resource.create(training_file=file.id, model=MODEL, lora=False, batch_size=8)
    assert resource.cancel(other.id).status == "cancel_requested"
    sandbox.advance(60)
    assert resource.retrieve(other.id).status == "cancelled"
    resource.delete(other.id)
    rejects(together.NotFoundError, resource.retrieve, other.id)


def preview(resource, file):
    shown = resource.preview(model=MODEL, training_file=file.id, top_k=2, training_method="sft")
    assert shown.dataset_format == "conversation" and len(shown.rows) == 2
    row = shown.rows[0]
    assert row.tokens == ["Q", "A"] and row.trained_spans == [[1, 2]]
    assert row.labels[0] == -100 and row.labels[1] == row.input_ids[1]
    whole = resource.preview(model=MODEL, training_file=file.id, train_on_inputs=True)
    assert whole.rows[0].num_trained_tokens == whole.rows[0].num_tokens == 2


def early_stop(client, sandbox, file):
    """A job whose evaluations get no better, with what only new bodies have."""
    resource = client.fine_tuning
    settings = dict(n_epochs=4, n_evals=10, batch_size=4, lora=True, gradient_accumulation_steps=1)
    stopping = dict(early_stopping_enabled=True, early_stopping_patience=2, early_stopping_min_delta=100)
    rejects(ValueError, resource.create, training_file=file.id, model=MODEL, **settings, **stopping)
    job = resource.create(training_file=file.id, validation_file=file.id, model=MODEL, **settings, **stopping)
    sandbox.advance(3600)
    done = resource.retrieve(job.id)
    assert done.status == "completed" and done.early_stopped
    events = {event.type: event for event in resource.list_events(job.id).data}
    stopped = events["early_stopped"]
    assert stopped.early_stopping_best_step == done.early_stopping_best_step < stopped.step < stopped.total_steps
    assert stopped.early_stopping_best_metric_value == done.early_stopping_best_metric
    assert events["tokenized_dataset_upload_complete"].tokenized_dataset_path == done.tokenized_dataset_path


def rejections(client, sandbox, file):
    resource = client.fine_tuning
    rejects(together.NotFoundError, resource.retrieve, "ft-none")
    rejects(together.NotFoundError, resource.model_limits, model_name="none")
    rejects(together.BadRequestError, resource.estimate_price, training_file="file-none", model=MODEL)
    broken = file_of("nonsense\n")
    bad = client.files.upload(broken, check=False)
    assert client.files.retrieve(bad.id).validation_report.error_type == "INVALID_FORMAT"
    estimate = resource.estimate_price(training_file=bad.id, model=MODEL)
    assert (estimate.estimation_available, estimate.unavailable_reason) == (False, "train_file_invalid")
    rejects(together.BadRequestError, resource.preview, model=MODEL, training_file=bad.id)
    unauthorized = connect(together.Together, sandbox, "wrong")
    rejects(together.AuthenticationError, unauthorized.fine_tuning.list)

    sandbox.fault("together.listJobs:503@once")
    sandbox.fault("together.listJobs:429;retry-after=1@once")
    assert resource.list().data, "the SDK tries again"
    without_retries = client.with_options(max_retries=0)
    sandbox.fault("together.retrieveJob:529@once")
    rejects(together.InternalServerError, without_retries.fine_tuning.retrieve, "ft-none")


def file_of(text):
    path = Path(tempfile.mkdtemp()) / "broken.jsonl"
    path.write_text(text)
    return path


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
