"""Starts `unitune serve --sandbox` for a conformance script."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

# What the scripts of the sandbox have in common with these.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "sandbox" / "conformance"))

COMMAND = os.environ.get("UNITUNE_COMMAND", "cargo run -q -p unitune-cli --")


class Gateway:
    """A gateway over the simulated vendors, for the length of a `with` block. `config` is the text of its
    configuration file, if it is to have one."""

    def __init__(self, config=None):
        self.config = config

    def __enter__(self):
        arguments = ["serve", "--sandbox", "--speed", "0", "--addr", "127.0.0.1:0", "--json"]
        if self.config is not None:
            file = Path(tempfile.mkdtemp()) / "unitune.toml"
            file.write_text(self.config)
            arguments += ["--config", str(file)]
        self.process = subprocess.Popen(shlex.split(COMMAND) + arguments, stdout=subprocess.PIPE, text=True)
        text = ""
        for line in self.process.stdout:
            text += line
            if line == "}\n":
                break
        self.about = json.loads(text)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0, "the gateway exits with 0 after SIGTERM"

    def url(self, base="/v1"):
        return f"http://{self.about['addr']}{base}"

    def control(self, path, **body):
        request = urllib.request.Request(
            f"http://{self.about['sandbox']}/_sandbox{path}",
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def advance(self, seconds):
        self.control("/advance", seconds=seconds)

    def fault(self, spec):
        self.control("/faults", fault=spec)
