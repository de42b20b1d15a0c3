#!/usr/bin/env bash
# Wall time of `cargo xtask diff` in release: OpenAI's full document of 3 MB
# against a copy with changes all over it, and all pairs of the history, each
# in a process of its own. Five rounds; the best counts, the others show the
# spread.
#
#   UNITUNE_UPSTREAM=… benches/diff.sh
set -euo pipefail
cd "$(dirname "$0")/.."
upstream=${UNITUNE_UPSTREAM:-../shared/upstream}
[ -d "$upstream" ] || { echo "there is no folder $upstream: nothing to measure"; exit 1; }

cargo build --release --quiet --package xtask
xtask=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/xtask
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# Every 25th limit and every 40th description changes: some hundred changes.
old=$upstream/openai/openapi.yaml
awk '/ maxLength: / && ++a % 25 == 0 { sub(/maxLength: /, "maxLength: 1") }
     / description: The / && ++b % 40 == 0 { sub(/description: The /, "description: Any ") }
     / type: integer$/ && ++c % 25 == 0 { sub(/integer/, "number") }
     { print }' "$old" > "$folder/new.yaml"

pairs() {
  tail -n +2 "$upstream/history/pairs.tsv" | while IFS=$'\t' read -r _ _ _ from to _; do
    "$xtask" diff "$upstream/history/docs/$from" "$upstream/history/docs/$to" --format json >/dev/null
  done
}

seconds() { awk -v s="$1" -v e="$2" 'BEGIN { printf "%.2f s", e - s }'; }
for round in 1 2 3 4 5; do
  a=$(date +%s.%N)
  changes=$("$xtask" diff "$old" "$folder/new.yaml" | tail -n 1)
  b=$(date +%s.%N)
  pairs
  c=$(date +%s.%N)
  echo "round $round: full documents $(seconds "$a" "$b") ($changes), $(($(wc -l < "$upstream/history/pairs.tsv") - 1)) pairs $(seconds "$b" "$c")"
done
