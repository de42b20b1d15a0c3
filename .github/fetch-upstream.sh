#!/usr/bin/env bash
# Fetches the vendors' documents into a folder, and runs codegen on each vendor
# by itself: what goes wrong with one does not stop the others.
#
#   .github/fetch-upstream.sh FOLDER PROBLEMS.md
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
problems=$2
mkdir -p "$folder"
: > "$problems"

# `file`, a tab, and `url` of every [[document]] of a source.toml.
documents() {
  awk '
    function out() { if (file != "") print file "\t" url; file = ""; url = "" }
    /^\[/ { out(); inside = ($0 ~ /^\[\[document\]\]/) }
    inside && /^(file|url) *=/ {
      key = $1; value = $0; sub(/^[^"]*"/, "", value); sub(/".*/, "", value)
      if (key == "file") file = value; else url = value
    }
    END { out() }
  ' "$1"
}

for source in specs/*/source.toml; do
  vendor=$(basename "$(dirname "$source")")
  missing=
  while IFS=$'\t' read -r file url; do
    if [ -z "$url" ]; then
      variable="${vendor^^}_DOCUMENT_URL"
      url=${!variable:-}
    fi
    if [ -z "$url" ]; then
      missing="\`$file\` has no \`url\` in \`$source\`"
      break
    fi
    mkdir -p "$folder/$(dirname "$file")"
    if ! curl --fail --silent --show-error --location --retry 3 --max-time 120 --output "$folder/$file" "$url"; then
      missing="\`$url\` does not answer"
      break
    fi
  done < <(documents "$source")
  if [ -n "$missing" ]; then
    printf -- '- **%s**: not updated, %s\n' "$vendor" "$missing" >> "$problems"
  elif ! cargo xtask codegen "$vendor" --from "$folder" 2> "$folder/$vendor.err"; then
    { printf -- '- **%s**: not updated, codegen fails:\n\n```\n' "$vendor"
      tail -n 60 "$folder/$vendor.err"
      printf '```\n'; } >> "$problems"
  fi
done
