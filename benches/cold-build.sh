#!/usr/bin/env bash
# The cold build of a crate that depends on unitune with one vendor, against one
# that depends on async-openai with its fine-tuning and file features: same
# machine, same run, wall time, three rounds, the order turned each round.
#
#   benches/cold-build.sh [ROUNDS]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
rounds=${1:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# make NAME DEPENDENCY BODY
make() {
  mkdir -p "$work/$1/src"
  printf '[package]\nname = "%s"\nversion = "0.0.0"\nedition = "2024"\n[dependencies]\n%s\n[workspace]\n' "$1" "$2" >"$work/$1/Cargo.toml"
  printf '%s\n' "$3" >"$work/$1/src/main.rs"
  # The versions that the workspace is locked to, where they are the same crates; the
  # tables for hostnames are those of a new lock file.
  cp "$root/Cargo.lock" "$work/$1/Cargo.lock"
  (cd "$work/$1" && cargo update --quiet idna_adapter && cargo fetch --quiet)
}

for vendor in openai together; do
  make "ours-$vendor" \
    "unitune = { path = \"$root\", default-features = false, features = [\"config\", \"$vendor\"] }" \
    "fn main() { let _ = unitune::$vendor::Client::builder().api_key(\"k\").build(); }"
done
make theirs 'async-openai = { version = "0.43.0", features = ["finetuning", "file"] }' \
  'fn main() { let _ = async_openai::Client::<async_openai::config::OpenAIConfig>::new(); }'

seconds() {
  local start end
  rm -rf "$work/$1/target"
  start=$(date +%s.%N)
  (cd "$work/$1" && CARGO_INCREMENTAL=0 cargo build --quiet --offline)
  end=$(date +%s.%N)
  echo "$end - $start" | bc
}

crates() { (cd "$work/$1" && cargo tree --prefix none -e normal,build | sort -u | wc -l); }

for name in ours-openai ours-together theirs; do
  echo "$name: $(crates $name) crates"
done
for ((round = 1; round <= rounds; round++)); do
  if ((round % 2)); then order="ours-openai theirs ours-together"; else order="theirs ours-together ours-openai"; fi
  for name in $order; do
    s=$(seconds "$name")
    echo "$name $s" >>"$work/times"
    echo "round $round: $name $s s"
  done
done
awk '{ if (!($1 in best) || $2 < best[$1]) best[$1] = $2 }
  END {
    for (n in best) printf "best %s: %.1f s\n", n, best[n]
    printf "ratio openai feature / async-openai: %.2f\n", best["ours-openai"] / best["theirs"]
    printf "ratio together feature / async-openai: %.2f\n", best["ours-together"] / best["theirs"]
  }' "$work/times"
