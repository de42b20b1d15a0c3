"""Schemathesis, with all its checks, over the gateway's own document.

Once with anything for an id, and once with the ids of jobs and files that exist, so that what succeeds is checked too."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from gateway import Gateway

# What a job's vendor and state allow is in no schema: with real ids, these may be answered with 400. Vendors answer
# so (a finished job is cancelled, a vendor cannot pause), programs handle it as their SDK's BadRequestError, and a 409
# in its place would be another error to them.
DEPEND_ON_THE_JOB = ["cancelJob", "pauseJob", "resumeJob"]
CONFIG = "".join(
    f"""
[[operations]]
include-operation-id = "{operation}"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "409", "429", "5xx"]
"""
    for operation in DEPEND_ON_THE_JOB
)


# Who creates a job names the account, unless one account has the training file: that a header is needed unless a value
# of the body exists somewhere is more than a schema can say. Schemathesis finds the sandbox's files in other answers,
# and sends them without the header, which the document says is required. Without "required" the document would be
# wrong the other way: for any file that nobody has, the answer is a 400 that asks for the header.
CONFIG_OF_ALL = """
[[operations]]
include-operation-id = "createJob"
checks.negative_data_rejection.expected-statuses = ["200", "400", "401", "403", "404", "406", "415", "422", "428", "5xx"]
"""


def main():
    program = Path(sys.executable).with_name("schemathesis")
    program = str(program) if program.exists() else shutil.which("schemathesis")
    failed = []
    with Gateway() as gateway:
        document = read(gateway, "/openapi.json")
        for name, document, config in [
            ("as it is", document, CONFIG_OF_ALL),
            ("with real ids", with_real_ids(gateway, document), CONFIG_OF_ALL + CONFIG),
        ]:
            folder = Path(tempfile.mkdtemp())
            file, settings = folder / "openapi.json", folder / "schemathesis.toml"
            file.write_text(json.dumps(document))
            settings.write_text(config)
            command = [program, "--config-file", str(settings), "run", str(file), "--url", gateway.url("")]
            command += ["--checks", "all", "--max-examples", "25", "--seed", os.environ.get("SEED", "1"), "--no-color"]
            if subprocess.run(command, cwd=folder).returncode:
                failed.append(name)
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


def read(gateway, path):
    with urllib.request.urlopen(gateway.url("") + path) as answer:
        return json.load(answer)


def with_real_ids(gateway, document):
    document = json.loads(json.dumps(document))
    jobs = read(gateway, "/fine_tuning/jobs?limit=100")["data"]
    files = read(gateway, "/files")["data"]
    known = {
        "fine_tuning_job_id": [job["id"] for job in jobs],
        "file_id": [file["id"] for file in files],
    }
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []) if isinstance(operation, dict) else []:
                if parameter["name"] in known:
                    parameter["schema"] = {"type": "string", "enum": known[parameter["name"]]}
                if parameter["name"] == "stream":
                    # The stream of a running job would not end.
                    parameter["schema"]["enum"] = [False]
    return document


main()
