#!/usr/bin/env bash
# A long list through the program, against curl: `unitune sandbox` has so many jobs
# that its Together list is 23 MB, curl fetches it, and `unitune jobs list` shows the
# newest hundred, and writes all of it as JSON. Then how long the program takes to
# start. Wall times of whole processes in turns (the shortest and the median), their
# ratios to curl's, and the peak memory.
# Needs curl and python3.
#
#   benches/lists.sh [ROUNDS [STARTS]]
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-10}
starts=${2:-100}
for program in curl python3; do
  command -v "$program" >/dev/null ||
    { echo "$program is not installed: nothing to measure"; exit 1; }
done

if [ -z "${UNITUNE:-}" ]; then
  cargo build --release --quiet --package unitune-cli
  UNITUNE=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/unitune
fi
work=$(mktemp -d)
sandbox=
trap '[ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
"$UNITUNE" sandbox --addr 127.0.0.1:0 --jobs 16500 --speed 0 --json >"$work/sandbox.json" &
sandbox=$!

python3 - "$UNITUNE" "$work" "$rounds" "$starts" <<'PYTHON'
import json, os, statistics, subprocess, sys, time
from pathlib import Path

program, work, rounds, starts = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
for _ in range(200):
    try:
        account = json.loads((work / "sandbox.json").read_text())["vendors"]["together"]
        break
    except ValueError:
        time.sleep(0.05)
else:
    sys.exit("the sandbox did not start within ten seconds")
config = work / "config.toml"
config.write_text(
    f'[[account]]\nname = "together"\nvendor = "together"\nbase_url = "{account["base_url"]}"\nkey = "{account["api_key"]}"\n'
)
out = work / "out"
# Nothing of the machine's own configuration, proxies least of all.
environment = {"PATH": os.environ["PATH"], "HOME": str(work)}


def run(command):
    """Seconds, and the peak of memory in MB."""
    with out.open("wb") as file:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL, env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        took = time.perf_counter() - start
    if status != 0:
        sys.exit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
    return took, usage.ru_maxrss / 1024


def listing(*arguments):
    return [program, "jobs", "list", "--config", str(config), *arguments]


commands = {
    "curl": ["curl", "-sS", "-H", f"authorization: Bearer {account['api_key']}", account["base_url"] + "/fine-tunes"],
    "--limit 100": listing("--limit", "100"),
    "--json --limit 100": listing("--json", "--limit", "100"),
    "--limit 10000": listing("--limit", "10000"),
    "--json --limit 10000": listing("--json", "--limit", "10000"),
}
results = {name: [] for name in commands}
for name, command in commands.items():
    run(command)
    print(f"{name}: {out.stat().st_size} bytes")
for _ in range(rounds):
    for name, command in commands.items():
        results[name].append(run(command))
load = os.getloadavg()[0]
print(f"\n{rounds} rounds, {os.cpu_count()} cores, load {load:.1f}\n")
print("| | shortest, s | of curl's | median, s | of curl's | longest, s | peak, MB |")
print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
times = {name: sorted(took for took, _ in runs) for name, runs in results.items()}
base = times["curl"]
for name, took in times.items():
    least, middle = took[0], statistics.median(took)
    peak = max(memory for _, memory in results[name])
    print(
        f"| {name} | {least:.3f} | {least / base[0]:.2f} | {middle:.3f} "
        f"| {middle / statistics.median(base):.2f} | {took[-1]:.3f} | {peak:.0f} |"
    )

print(f"\n{starts} starts each\n")
print("| | shortest, ms | median, ms | peak, MB |")
print("| --- | ---: | ---: | ---: |")
for name, command in {
    "true": ["true"],
    "--version": [program, "--version"],
    "jobs list --sandbox": [program, "jobs", "list", "--sandbox"],
}.items():
    runs = [run(command) for _ in range(starts)]
    took = [took * 1000 for took, _ in runs]
    print(f"| {name} | {min(took):.1f} | {statistics.median(took):.1f} | {max(m for _, m in runs):.0f} |")
PYTHON
