#!/usr/bin/env bash
# The gateway against what people run instead: LiteLLM's proxy and Portkey's gateway,
# in one run in front of the same upstream. nginx serves OpenAI's lists of 20 jobs and of
# 20 files, one job and one file. Requests per second, p50 and p99 at 1 and 32
# connections, and the peak memory of all processes of each. Each request has a header of
# its own, so that unitune answers each by itself. What a gateway does not answer with
# 200 is a row without figures: LiteLLM lists jobs with a licence only.
#
# Needs nginx, wrk, curl, python3 with venv, node and npm; the other gateways are
# installed from their registries into a temporary folder, or are taken from
# COMPARE_TOOLS (litellm/ is a virtual environment, portkey/ has node_modules).
#
#   benches/compare.sh [ROUNDS [SECONDS]]
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
seconds=${2:-5}
PATH=$PATH:/usr/sbin
for program in nginx wrk curl python3 node npm; do
  command -v "$program" >/dev/null || { echo "$program is not installed: nothing to measure"; exit 1; }
done
if [ -z "${UNITUNE:-}" ]; then
  cargo build --release --quiet --package unitune-cli
  UNITUNE=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/unitune
fi
work=$(mktemp -d)
pids=()
stop() {
  # Each was started in a process group of its own, with whatever it starts.
  for pid in "${pids[@]}"; do kill -- "-$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT

tools=${COMPARE_TOOLS:-$work/tools}
if [ ! -d "$tools/litellm" ]; then
  python3 -m venv "$tools/litellm"
  "$tools/litellm/bin/pip" install --quiet --disable-pip-version-check 'litellm[proxy]'
fi
if [ ! -d "$tools/portkey" ]; then
  mkdir -p "$tools/portkey"
  (cd "$tools/portkey" && npm init --yes >/dev/null && npm install --silent --no-audit --no-fund @portkey-ai/gateway)
fi
version() { sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$1" | head -n 1; }
portkey=$tools/portkey/node_modules/@portkey-ai/gateway
echo "LiteLLM $("$tools/litellm/bin/pip" show litellm 2>/dev/null | sed -n 's/^Version: //p'), Portkey $(version "$portkey/package.json"), $("$UNITUNE" --version)"
echo "$(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), load before: $(cut -d' ' -f1 /proc/loadavg)"

python3 - "$work" <<'PYTHON'
import json, sys
from pathlib import Path

folder = Path(sys.argv[1]) / "static"
folder.mkdir()
job = json.loads(Path("tests/fixtures/openai/status_succeeded.json").read_text())
file = {"id": "file-1", "object": "file", "bytes": 1000, "created_at": 1741064767, "filename": "train.jsonl",
        "purpose": "fine-tune", "status": "processed"}
def write(name, value):
    (folder / name).write_text(json.dumps(value, separators=(",", ":")))
def listed(item):
    return {"object": "list", "data": [{**item, "id": f"{item['id']}-{n:02}"} for n in range(20)], "has_more": False}
write("jobs.json", listed(job))
write("job.json", job)
write("files.json", listed(file))
write("file.json", file)
print(job["id"], file=(Path(sys.argv[1]) / "id").open("w"))
PYTHON
id=$(cat "$work/id")

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
upstream=$(port) unitune=$(port) litellm=$(port) portkey_port=$(port)
cat >"$work/nginx.conf" <<NGINX
daemon off; worker_processes 1; pid $work/pid; error_log $work/error.log;
events { worker_connections 2048; }
http { access_log off; keepalive_requests 1000000; default_type application/json; open_file_cache max=10;
client_body_temp_path $work/a; proxy_temp_path $work/b; fastcgi_temp_path $work/c;
uwsgi_temp_path $work/d; scgi_temp_path $work/e;
server { listen 127.0.0.1:$upstream backlog=2048;
location = /v1/fine_tuning/jobs { alias $work/static/jobs.json; }
location = /v1/fine_tuning/jobs/$id { alias $work/static/job.json; }
location = /v1/files { alias $work/static/files.json; }
location = /v1/files/file-1 { alias $work/static/file.json; } } }
NGINX
chmod -R a+rX "$work"
echo "model_list: []" >"$work/litellm.yaml"

# start NAME COMMAND…: in a process group of its own.
declare -A group
start() {
  local name=$1
  shift
  setsid "$@" >"$work/$name.log" 2>&1 &
  pids+=($!)
  group[$name]=$!
}
start nginx nginx -c "$work/nginx.conf" -p "$work"
start unitune env -i OPENAI_API_KEY=k OPENAI_BASE_URL="http://127.0.0.1:$upstream/v1" \
  "$UNITUNE" serve --addr "127.0.0.1:$unitune" --log error
start portkey node "$portkey/build/start-server.js" --headless --port="$portkey_port"
# It wants a master key, or to be told that it needs none here.
start litellm env LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY=true \
  OPENAI_API_KEY=k OPENAI_API_BASE="http://127.0.0.1:$upstream/v1" OPENAI_BASE_URL="http://127.0.0.1:$upstream/v1" \
  "$tools/litellm/bin/litellm" --config "$work/litellm.yaml" --host 127.0.0.1 --port "$litellm" --num_workers 2

cat >"$work/each.lua" <<'LUA'
local number = 0
local headers = {}
init = function(arguments)
  for _, argument in ipairs(arguments) do
    local name, value = argument:match("^([^=]+)=(.*)$")
    headers[name] = value
  end
end
request = function()
  number = number + 1
  headers["x-tfy-metadata"] = '{"request":"' .. number .. '"}'
  return wrk.format("GET", nil, headers)
end
LUA

# The headers that name the upstream where no configuration does.
portkey_headers=("x-portkey-provider=openai" "x-portkey-custom-host=http://127.0.0.1:$upstream/v1" "Authorization=Bearer k")
own=http://127.0.0.1:$unitune/v1
theirs=http://127.0.0.1:$portkey_port/v1
targets=(
  "unitune|list of jobs|$own/fine_tuning/jobs"
  "portkey|list of jobs|$theirs/fine_tuning/jobs"
  "litellm|list of jobs|http://127.0.0.1:$litellm/v1/fine_tuning/jobs?custom_llm_provider=openai"
  "unitune|one job|$own/fine_tuning/jobs/$id"
  "portkey|one job|$theirs/fine_tuning/jobs/$id"
  "litellm|one job|http://127.0.0.1:$litellm/v1/fine_tuning/jobs/$id?custom_llm_provider=openai"
  "unitune|list of files|$own/files"
  "portkey|list of files|$theirs/files"
  "litellm|list of files|http://127.0.0.1:$litellm/v1/files?provider=openai"
  "unitune|one file|$own/files/file-1"
  "portkey|one file|$theirs/files/file-1"
  "litellm|one file|http://127.0.0.1:$litellm/v1/files/file-1?provider=openai"
)
headers_of() { [ "$1" != portkey ] || printf '%s\n' "${portkey_headers[@]}"; }
# status NAME URL: what it answers, with the body in $work/answer.
status() {
  local line headers=()
  : >"$work/answer"
  while read -r line; do [ -z "$line" ] || headers+=(-H "${line%%=*}: ${line#*=}"); done < <(headers_of "$1")
  curl -s -m 10 -o "$work/answer" -w '%{http_code}' "${headers[@]}" "$2" || true
}
# Each has started when it answers anything.
for target in "${targets[@]:0:3}"; do
  IFS='|' read -r name what url <<<"$target"
  for _ in $(seq 300); do
    [ "$(status "$name" "$url")" = 000 ] || break
    sleep 0.2
  done
done
measured=()
for target in "${targets[@]}"; do
  IFS='|' read -r name what url <<<"$target"
  code=$(status "$name" "$url")
  if [ "$code" = 200 ]; then
    measured+=("$target")
  else
    echo "$name, $what: $code, $(tr -d '\n' <"$work/answer" | head -c 160)"
  fi
done

for connections in 1 32; do
  for _ in $(seq "$rounds"); do
    for target in "${measured[@]}"; do
      IFS='|' read -r name what url <<<"$target"
      mapfile -t arguments < <(headers_of "$name")
      wrk -t1 -c"$connections" -d"${seconds}s" --latency -s "$work/each.lua" "$url" -- "${arguments[@]}" >"$work/out"
      if grep -qE 'Non-2xx|Socket errors' "$work/out"; then
        echo "$name, $what, $connections connections:" && grep -E 'Non-2xx|Socket errors' "$work/out"
      fi
      awk -v t="$name|$what|$connections" '
        /50%/ { p50 = $2 } /99%/ { p99 = $2 } /Requests\/sec/ { r = $2 }
        END { print t "|" r "|" p50 "|" p99 }' "$work/out" >>"$work/results"
    done
  done
done
for name in unitune portkey litellm; do
  for process in $(ps -o pid= -g "${group[$name]}"); do
    awk -v t="$name" '/VmHWM/ { print t, $2 / 1024 }' "/proc/$process/status"
  done >>"$work/memory"
done

python3 - "$work" <<'PYTHON'
import re, sys
from collections import defaultdict
from pathlib import Path

work = Path(sys.argv[1])
units = {"us": 1e-3, "ms": 1.0, "s": 1e3}


def ms(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * units[unit]


rows = defaultdict(list)
for line in (work / "results").read_text().splitlines():
    name, what, connections, rate, p50, p99 = line.split("|")
    rows[what, int(connections), name].append((float(rate), ms(p50), ms(p99)))
print("| request | connections | gateway | requests/s, best (worst) | of unitune | p50 ms | p99 ms |")
print("| --- | ---: | --- | ---: | ---: | ---: | ---: |")
for (what, connections, name), found in rows.items():
    rate, p50, p99 = max(found)
    own = max(rows[what, connections, "unitune"])[0]
    print(f"| {what} | {connections} | {name} | {rate:.0f} ({min(found)[0]:.0f}) | {rate / own:.2f} | {p50:.2f} | {p99:.2f} |")
print()
peak = defaultdict(float)
for line in (work / "memory").read_text().splitlines():
    name, megabytes = line.split()
    peak[name] += float(megabytes)
for name, megabytes in peak.items():
    print(f"peak memory, {name}: {megabytes:.0f} MB")
PYTHON
