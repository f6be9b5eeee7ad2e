#!/bin/sh
# Runs a command with a directory as its root, for replay-dockerfile.ts:
#   unshare --mount sh enter-image.sh ROOT ACCESS USER WORKDIR PREFIX COMMAND...
# The operating system and Node.js of this machine stand in for those of the base image: /usr and
# /etc are mounted read-only. ACCESS is rw or ro. With ro the root is read-only, /tmp is empty and
# in memory, and VOLUMES (paths) are writable as volumes are.
set -eu
root=$1 access=$2 user=$3 workdir=$4 prefix=$5
shift 5

mount --bind "$root" "$root"
for name in usr etc proc dev; do
  mkdir -p "$root/$name"
  mount --rbind "/$name" "$root/$name"
done
mount -o remount,bind,ro "$root/usr"
mount -o remount,bind,ro "$root/etc"
# Node.js that is installed elsewhere appears where the official images have it.
case $prefix in
  /usr | /usr/local) ;;
  *) mount --bind -o ro "$prefix" "$root/usr/local" ;;
esac
for name in bin sbin lib lib64; do
  if [ -L "/$name" ]; then
    [ -L "$root/$name" ] || ln -s "$(readlink "/$name")" "$root/$name"
  elif [ -d "/$name" ]; then
    mkdir -p "$root/$name"
    mount --rbind "/$name" "$root/$name"
  fi
done
mkdir -p "$root/tmp" "$root/root"
chmod 1777 "$root/tmp"
if [ "$access" = ro ]; then
  mount -t tmpfs tmpfs "$root/tmp"
  for volume in ${VOLUMES:-}; do
    mount --bind "$root$volume" "$root$volume"
  done
  mount -o remount,bind,ro "$root"
fi
# shellcheck disable=SC2016 # expanded inside
exec chroot --userspec="$user" "$root" sh -c 'cd "$0" && exec "$@"' "$workdir" "$@"
