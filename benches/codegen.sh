#!/usr/bin/env bash
# Wall time and peak memory of `cargo xtask codegen --check` for all vendors,
# from the full upstream documents, in release. Five rounds; the best counts,
# the others show the spread. Peak memory is the kernel's own figure (VmHWM).
#
#   UNITUNE_UPSTREAM=… benches/codegen.sh
set -euo pipefail
cd "$(dirname "$0")/.."
export UNITUNE_UPSTREAM=${UNITUNE_UPSTREAM:-../shared/upstream}
[ -d "$UNITUNE_UPSTREAM" ] || { echo "there is no folder $UNITUNE_UPSTREAM: nothing to measure"; exit 1; }

cargo build --release --quiet --package xtask
xtask=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/xtask
for round in 1 2 3 4 5; do
  start=$(date +%s.%N)
  "$xtask" codegen --check >/dev/null &
  pid=$!
  peak=0
  while read -r kb 2>/dev/null < <(awk '/VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null); do
    peak=$kb
    sleep 0.01
  done
  wait "$pid"
  end=$(date +%s.%N)
  awk -v r="$round" -v s="$start" -v e="$end" -v p="$peak" \
    'BEGIN { printf "round %d: %.2f s, peak %.0f MB\n", r, e - s, p / 1024 }'
done
