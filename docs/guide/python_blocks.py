"""Runs the Python blocks of the guide against `unitune serve --sandbox`, with OpenAI's own SDK."""

import json
import os
import sys
import tempfile
from pathlib import Path

GUIDE = Path(__file__).resolve().parent
sys.path.insert(0, str(GUIDE.parents[1] / "crates" / "gateway" / "conformance"))

from gateway import Gateway  # noqa: E402

# The address that the guide writes.
ADDRESS = "127.0.0.1:8080"


def blocks():
    for page in sorted((GUIDE / "src").glob("*.md")):
        parts = page.read_text().split("```python\n")[1:]
        yield from ((page.name, part.split("\n```")[0]) for part in parts)


def example(number):
    question = {"role": "user", "content": f"What is {number} and {number}?"}
    return {"messages": [question, {"role": "assistant", "content": str(2 * number)}]}


def main():
    found = list(blocks())
    assert found, "no page has a Python block"
    with Gateway() as gateway, tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("train.jsonl").write_text("".join(json.dumps(example(n)) + "\n" for n in range(12)))
        for page, block in found:
            assert ADDRESS in block, f"{page}: the block names no address"
            exec(compile(block.replace(ADDRESS, gateway.about["addr"]), page, "exec"), {})
            print(f"{page}: a block of {len(block.splitlines())} lines has run")
        os.chdir(GUIDE)


main()
