#!/bin/sh
# Installs the SCEP clients for the interoperability tests, the shells for the completion tests,
# SoftHSM, Redis, Java, and the git and curl that single tests use. Runs before `npm test`, and
# does nothing when they are all there. Where it cannot install them it names the missing ones and
# succeeds, so that the other tests still run; under CI=true it fails instead.
set -eu
. "$(dirname "$0")/debian-packages.sh"

# One line for each client: the file or command that proves it is there, and its Debian package.
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
  command -v git >/dev/null 2>&1 || echo git
  command -v curl >/dev/null 2>&1 || echo curl
  has_java || echo default-jdk-headless
}

has_java() {
  command -v java >/dev/null 2>&1 && command -v javac >/dev/null 2>&1 && command -v keytool >/dev/null 2>&1
}

# Without the curl plugin `pki --scep` fails with "no capable fetcher".
strongswan_fetches_urls() {
  for plugin in /usr/lib/ipsec/plugins/libstrongswan-curl.so /usr/lib*/strongswan/plugins/libstrongswan-curl.so; do
    [ -e "$plugin" ] && return 0
  done
  return 1
}

# The same places as in test/support/clients/find-python.ts.
python_reads_certificates() {
  for python in python3 /usr/bin/python3; do
    "$python" -c 'import cryptography' >/dev/null 2>&1 && return 0
  done
  return 1
}

missing=$(missing_packages | tr '\n' ' ')
[ -n "$missing" ] || exit 0

echo "Installing SCEP clients for the tests: $missing"
# shellcheck disable=SC2086 # one word a package
install_packages $missing || true

missing=$(missing_packages | tr '\n' ' ')
[ -n "$missing" ] || exit 0
end_incomplete "SCEP clients not installed (Debian packages): $missing"
