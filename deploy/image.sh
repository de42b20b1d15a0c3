#!/bin/sh
# Assembles the root file system of the image in an empty folder: the program, the shared
# libraries that it is linked with, the certificates of the machine, and a user.
# Called by the Dockerfile and by .ci/image.
set -eu

if [ $# -ne 2 ]; then
    echo "usage: deploy/image.sh PROGRAM FOLDER" >&2
    exit 2
fi
program=$1
root=$2
source=$(cd "$(dirname "$0")/.." && pwd)

certificates=/etc/ssl/certs/ca-certificates.crt
if [ ! -e "$certificates" ]; then
    echo "deploy/image.sh: there is no $certificates: install ca-certificates" >&2
    exit 1
fi

install -D -m 755 "$program" "$root/usr/bin/unitune"
install -D -m 644 "$certificates" "$root$certificates"
for licence in LICENSE-APACHE LICENSE-MIT crates/charts/src/font/LICENSE-DejaVu; do
    install -D -m 644 "$source/$licence" "$root/usr/share/doc/unitune/${licence##*/}"
done

# The loader and each library, at the paths where the loader looks for them. A program that
# is linked statically has none.
libraries=$(ldd "$program" | sed -n 's|^[^/]*\(/[^ ]*\) (0x.*|\1|p')
for library in $libraries; do
    install -D -m 755 "$library" "$root$library"
done

# Uploads are kept in /tmp while they are sent on; it is the only folder that is written to.
install -d -m 1777 "$root/tmp"
install -d -m 755 "$root/etc/unitune"
echo 'unitune:x:65532:65532:unitune:/:/usr/sbin/nologin' >"$root/etc/passwd"
echo 'unitune:x:65532:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
