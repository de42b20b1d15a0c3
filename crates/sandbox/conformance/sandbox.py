"""Starts a sandbox for a conformance script, and reports SDK methods that the script never called."""

import functools
import inspect
import json
import os
import shlex
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

COMMAND = os.environ.get("UNITUNE_SANDBOX_COMMAND", "cargo run -q -p unitune-sandbox --example serve")


class Sandbox:
    """A sandbox process, for the length of a `with` block."""

    def __init__(self, *arguments):
        self.arguments = arguments

    def __enter__(self):
        command = shlex.split(COMMAND)
        if self.arguments:
            command += ["--"] if command[0] == "cargo" else []
            command += self.arguments
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.about = json.loads(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=30)

    def url(self, vendor):
        return self.about[vendor]["base_url"]

    def key(self, vendor):
        return self.about[vendor]["key"]

    def account(self, vendor):
        """The account of the key, at vendors whose callers must name it."""
        return self.about[vendor]["account"]

    def control(self, path, **body):
        request = urllib.request.Request(
            self.about["control"] + path,
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def advance(self, seconds):
        self.control("/advance", seconds=seconds)

    def fault(self, spec):
        self.control("/faults", fault=spec)


class Coverage:
    """Watches every public method below some resources of an SDK's client, found by introspection."""

    SKIPPED = {"with_raw_response", "with_streaming_response"}

    def __init__(self, resource_class):
        self.resource_class = resource_class
        self.methods = {}
        self.called = set()

    def watch(self, name, resource):
        for attribute, value in inspect.getmembers_static(type(resource)):
            if attribute.startswith("_") or attribute in self.SKIPPED:
                continue
            path = f"{name}.{attribute}"
            if inspect.isfunction(value):
                self.methods[path] = value
                setattr(type(resource), attribute, self.recorder(path, value))
            else:
                child = getattr(resource, attribute)
                if isinstance(child, self.resource_class):
                    self.watch(path, child)

    def recorder(self, path, method):
        @functools.wraps(method)
        def call(*arguments, **keywords):
            self.called.add(path)
            return method(*arguments, **keywords)

        return call

    def report(self):
        missed = sorted(set(self.methods) - self.called)
        print(f"{len(self.called)} of {len(self.methods)} methods called")
        for path in missed:
            print(f"never called: {path}")
        return missed


def rejects(expected, call, *arguments, **keywords):
    """Checks that a call raises the SDK's exception for a rejection."""
    try:
        call(*arguments, **keywords)
    except expected as error:
        return error
    raise AssertionError(f"{expected.__name__} was expected")


def training_file(examples=20):
    """A JSONL file of chat examples."""
    line = {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}
    path = Path(tempfile.mkdtemp()) / "train.jsonl"
    path.write_text((json.dumps(line) + "\n") * examples)
    return path


def finish(coverage):
    """Ends the script: with an error when a method was never called."""
    sys.exit(1 if coverage.report() else 0)


if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or later is needed")
