"""Schemathesis over the gateway's own document: no 5xx, no answer outside its schema.

Once with anything for an id, and once with ids and accounts that there are, so that what succeeds is checked too."""

import json
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from gateway import Gateway

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def main():
    program = Path(sys.executable).with_name("schemathesis")
    program = str(program) if program.exists() else shutil.which("schemathesis")
    failed = []
    with Gateway() as gateway:
        document = read(gateway, "/openapi.json")
        for name, document in [("as it is", document), ("with real ids", with_real_ids(gateway, document))]:
            file = Path(tempfile.mkdtemp()) / "openapi.json"
            file.write_text(json.dumps(document))
            command = [program, "run", str(file), "--url", gateway.url("")]
            command += ["--checks", CHECKS, "--max-examples", "25", "--seed", "1", "--no-color"]
            if subprocess.run(command).returncode:
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
        "x-tfy-provider-name": gateway.about["accounts"],
    }
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []) if isinstance(operation, dict) else []:
                if parameter["name"] in known:
                    parameter["schema"] = {"type": "string", "enum": known[parameter["name"]]}
                if parameter["name"] == "stream":
                    # A stream of a job that goes on would go on.
                    parameter["schema"]["enum"] = [False]
    return document


main()
