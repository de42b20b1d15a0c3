#!/usr/bin/env bash
# The gateway against a plain reverse proxy, in one run: nginx serves a static
# list of 20 jobs, OpenAI's and Together's; nginx as a reverse proxy, `unitune
# serve` with one OpenAI account and `unitune serve` with one Together account
# (mapped) each stand in front of it. Requests per second, p50 and p99 at 1, 32
# and 256 connections, and the gateways' peak memory (VmHWM).
#
# Callers who ask for the same list at the same time share an answer, so the
# gateway is measured twice: `same`, all clients request the same list, as of the
# proxy; `each`, every request has labels of its own (x-tfy-metadata), so that
# each is asked upstream, decoded, mapped and written by itself.
#
# The rounds go through all of them in turn; the best round of each counts.
# Needs nginx, wrk and python3.
#
#   benches/gateway.sh [ROUNDS [SECONDS]]
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
seconds=${2:-5}
for program in nginx wrk python3; do
  command -v "$program" >/dev/null || PATH=$PATH:/usr/sbin command -v "$program" >/dev/null ||
    { echo "$program is not installed: nothing to measure"; exit 1; }
done
PATH=$PATH:/usr/sbin

if [ -z "${UNITUNE:-}" ]; then
  cargo build --release --quiet --package unitune-cli
  UNITUNE=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/unitune
fi
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
ulimit -n 4096 2>/dev/null || true

python3 - "$work" <<'PYTHON'
import json, sys
from pathlib import Path

fixtures = Path("tests/fixtures")
for vendor, fixture, path in [
    ("openai", "status_succeeded", "v1/fine_tuning/jobs"),
    ("together", "status_completed", "v1/fine-tunes"),
]:
    job = json.loads((fixtures / vendor / f"{fixture}.json").read_text())
    jobs = [{**job, "id": f"{job['id']}-{n:02}"} for n in range(20)]
    file = Path(sys.argv[1]) / "static" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"object": "list", "data": jobs, "has_more": False}, separators=(",", ":")))
PYTHON

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
upstream=$(port) proxy=$(port) openai=$(port) together=$(port)

# start_nginx NAME SERVERS
start_nginx() {
  local folder=$work/$1
  mkdir -p "$folder"
  cat >"$folder/nginx.conf" <<NGINX
daemon off; worker_processes auto; pid $folder/pid; error_log $folder/error.log;
events { worker_connections 2048; }
http { access_log off; keepalive_requests 1000000; default_type application/json; tcp_nodelay on;
open_file_cache max=10;
client_body_temp_path $folder/a; proxy_temp_path $folder/b; fastcgi_temp_path $folder/c;
uwsgi_temp_path $folder/d; scgi_temp_path $folder/e;
$2
}
NGINX
  nginx -c "$folder/nginx.conf" -p "$folder" 2>/dev/null &
  pids+=($!)
}

start_nginx upstream "server { listen 127.0.0.1:$upstream backlog=2048; root $work/static; }"
start_nginx proxy "upstream u { server 127.0.0.1:$upstream; keepalive 256; keepalive_requests 1000000; }
server { listen 127.0.0.1:$proxy backlog=2048; location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ''; } }"
chmod -R a+rX "$work"

env -i OPENAI_API_KEY=k OPENAI_BASE_URL="http://127.0.0.1:$upstream/v1" \
  "$UNITUNE" serve --addr "127.0.0.1:$openai" --log error >/dev/null 2>&1 &
openai_pid=$!
env -i TOGETHER_API_KEY=k TOGETHER_BASE_URL="http://127.0.0.1:$upstream/v1" \
  "$UNITUNE" serve --addr "127.0.0.1:$together" --log error >/dev/null 2>&1 &
together_pid=$!
pids+=("$openai_pid" "$together_pid")

cat >"$work/each.lua" <<'LUA'
local number = 0
request = function()
  number = number + 1
  wrk.headers["x-tfy-metadata"] = '{"request":"' .. number .. '"}'
  return wrk.format()
end
LUA

targets=(nginx:openai nginx:together same:openai same:together each:openai each:together)
# url TARGET
url() {
  case $1 in
    nginx:openai) echo "http://127.0.0.1:$proxy/v1/fine_tuning/jobs" ;;
    nginx:together) echo "http://127.0.0.1:$proxy/v1/fine-tunes" ;;
    *:openai) echo "http://127.0.0.1:$openai/v1/fine_tuning/jobs" ;;
    *:together) echo "http://127.0.0.1:$together/v1/fine_tuning/jobs" ;;
  esac
}
for target in "${targets[@]}"; do
  for _ in $(seq 100); do
    python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])' "$(url "$target")" 2>/dev/null && break
    sleep 0.1
  done
done

for connections in 1 32 256; do
  for _ in $(seq "$rounds"); do
    for target in "${targets[@]}"; do
      script=()
      [[ $target == each:* ]] && script=(-s "$work/each.lua")
      wrk -t1 -c"$connections" -d"${seconds}s" --latency "${script[@]}" "$(url "$target")" >"$work/out"
      if grep -qE 'Non-2xx|Socket errors' "$work/out"; then
        echo "$target failed at $connections connections:" && grep -E 'Non-2xx|Socket errors' "$work/out"
      fi
      awk -v t="$target" -v c="$connections" '
        /50%/ { p50 = $2 } /99%/ { p99 = $2 } /Requests\/sec/ { r = $2 }
        END { print t, c, r, p50, p99 }' "$work/out" >>"$work/results"
    done
  done
done
for target in openai together; do
  pid_name=${target}_pid
  awk -v t="$target" '/VmHWM/ { print t, $2 / 1024 }' "/proc/${!pid_name}/status" >>"$work/memory"
done

python3 - "$work" <<'PYTHON'
import re, sys
from pathlib import Path

work = Path(sys.argv[1])
units = {"us": 1e-3, "ms": 1.0, "s": 1e3}


def ms(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * units[unit]


best = {}
for line in (work / "results").read_text().splitlines():
    target, connections, rate, p50, p99 = line.split()
    row = (float(rate), ms(p50), ms(p99))
    key = (int(connections), target)
    best[key] = max(best.get(key, row), row)
print("| connections | list | | requests/s | of nginx | p50 ms | p99 ms | of nginx |")
print("| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |")
for (connections, target), (rate, p50, p99) in sorted(best.items(), key=lambda row: (row[0][0], row[0][1][-1:])):
    way, vendor = target.split(":")
    plain = best[connections, f"nginx:{vendor}"]
    print(
        f"| {connections} | {vendor} | {way} | {rate:.0f} | {rate / plain[0]:.2f} "
        f"| {p50:.2f} | {p99:.2f} | {p99 / plain[2]:.2f} |"
    )
print()
for line in (work / "memory").read_text().splitlines():
    target, megabytes = line.split()
    print(f"peak memory, {target}: {float(megabytes):.0f} MB")
PYTHON
