#!/bin/sh
# Installs the SCEP clients that the interoperability tests drive, the shells that completion is tested in, SoftHSM and Redis. Runs before `npm test`.
# Does nothing when they are all there. Where it cannot install them it names the missing ones and succeeds,
# so that the other tests still run on any machine; under CI=true it fails instead.
set -eu

# One line a client: the file or command that proves it is there, and the Debian package that brings it.
missing_packages() {
  command -v openssl >/dev/null 2>&1 || echo openssl
  command -v scepclient >/dev/null 2>&1 || echo scep
  command -v pki >/dev/null 2>&1 || echo strongswan-pki
  strongswan_fetches_urls || echo libstrongswan-extra-plugins
  [ -x /usr/lib/certmonger/scep-submit ] || [ -x /usr/libexec/certmonger/scep-submit ] || echo certmonger
  command -v dbus-run-session >/dev/null 2>&1 || echo dbus-daemon
  python_reads_certificates || echo python3-cryptography
  command -v softhsm2-util >/dev/null 2>&1 || echo softhsm2
  command -v redis-server >/dev/null 2>&1 || echo redis-server
  command -v zsh >/dev/null 2>&1 || echo zsh
  command -v fish >/dev/null 2>&1 || echo fish
}

# `pki --scep` finds "no capable fetcher" without the curl plugin.
strongswan_fetches_urls() {
  for plugin in /usr/lib/ipsec/plugins/libstrongswan-curl.so /usr/lib*/strongswan/plugins/libstrongswan-curl.so; do
    [ -e "$plugin" ] && return 0
  done
  return 1
}

# As test/support/find-python.ts looks for it.
python_reads_certificates() {
  for python in python3 /usr/bin/python3; do
    "$python" -c 'import cryptography' >/dev/null 2>&1 && return 0
  done
  return 1
}

install_packages() {
  command -v apt-get >/dev/null 2>&1 || { echo 'there is no apt-get'; return 1; }
  [ "$(id -u)" = 0 ] || { echo 'only root can install packages'; return 1; }
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  # shellcheck disable=SC2086 # one word a package
  if { apt-get update -qq && apt-get install -y -qq --no-install-recommends $1; } </dev/null >"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  echo 'apt-get failed:'
  tail -n 5 "$log"
  rm -f "$log"
  return 1
}

missing=$(missing_packages | tr '\n' ' ')
[ -n "$missing" ] || exit 0

echo "Installing SCEP clients for the tests: $missing"
install_packages "$missing" || true

missing=$(missing_packages | tr '\n' ' ')
[ -n "$missing" ] || exit 0

echo "SCEP clients not installed (Debian packages): $missing"
if [ "${CI:-}" = true ]; then
  echo 'CI must test every client: failing.' >&2
  exit 1
fi
echo 'The tests that need them will be skipped.'
