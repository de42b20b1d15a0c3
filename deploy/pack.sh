#!/usr/bin/env bash
# Packs the program that was built for a target, with its manual pages and licences.
# usage: deploy/pack.sh TARGET FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:?usage: deploy/pack.sh TARGET FOLDER}
folder=${2:?usage: deploy/pack.sh TARGET FOLDER}

version=$(.ci/version)
name=unitune-$version-$target
case $target in
*windows*) program=unitune.exe ;;
*) program=unitune ;;
esac
built=target/$target/dist/$program

# More than it has had: a dependency or a profile has changed. See the profile in Cargo.toml.
size=$(wc -c <"$built")
most=21000000
if [ "$size" -gt "$most" ]; then
  echo "deploy/pack.sh: $built has $size bytes, more than $most" >&2
  exit 1
fi
"$built" jobs list --sandbox >/dev/null

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name/man" "$folder"
cp "$built" crates/cli/README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT crates/charts/src/font/LICENSE-DejaVu \
  "$work/$name"
"$built" man --folder "$work/$name/man" >/dev/null
case $target in
*windows*) (cd "$work" && 7z a -bso0 "$name.zip" "$name") && mv "$work/$name.zip" "$folder" ;;
*) tar --create --gzip --file "$folder/$name.tar.gz" --directory "$work" "$name" ;;
esac
echo "$name: $size bytes"
