"""Schemathesis over the committed documents: no 5xx, no answer outside its schema."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sandbox import Sandbox

SPECS = Path(__file__).resolve().parents[3] / "specs"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def main():
    program = Path(sys.executable).with_name("schemathesis")
    program = str(program) if program.exists() else shutil.which("schemathesis")
    failed = []
    config = Path(tempfile.mkdtemp()) / "schemathesis.toml"
    # `plain`: the bodies that deviate from the documents on purpose are left out.
    with Sandbox("plain") as sandbox:
        for vendor in ["openai", "together", "truefoundry", "fireworks", "azure"]:
            account = sandbox.account(vendor)
            # With any other account, every answer is the same rejection.
            config.write_text(f'[parameters]\naccount_id = "{account}"\n' if account else "")
            command = [program, "--config-file", str(config), "run", str(SPECS / vendor / "openapi.json"), "--url", sandbox.url(vendor)]
            command += ["-H", f"Authorization: Bearer {sandbox.key(vendor)}", "--checks", CHECKS]
            command += ["--max-examples", "25", "--seed", "1", "--no-color"]
            if subprocess.run(command).returncode:
                failed.append(vendor)
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


main()
