#!/bin/sh
# Installs the Python clients of AWS that the tests use, boto3 and the AWS CLI, into
# .cache/aws-clients, in the versions below. Runs before `npm test`, and does nothing when they are
# there. Where it cannot install them it says so and succeeds, so that the other tests still run;
# under CI=true it fails instead.
set -eu
cd "$(dirname "$0")/.."
. test/debian-packages.sh

# Debian's own boto3 does not know Connector for SCEP.
packages='boto3==1.43.11 awscli==1.45.11'
environment=.cache/aws-clients
# Written last. It holds the versions, so it shows that the installation is complete and the one
# wanted.
stamp=$environment/installed

is_installed() {
  [ -x "$environment/bin/python" ] && [ -x "$environment/bin/aws" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$packages" ]
}

# Debian ships Python without the module that installs pip into a new environment.
has_venv() {
  command -v python3 >/dev/null 2>&1 && python3 -c 'import ensurepip, venv' 2>/dev/null
}

install_clients() {
  has_venv || install_packages python3-venv || return 1
  quietly python3 -m venv --clear "$environment" || return 1
  # shellcheck disable=SC2086 # one word a package
  patiently "$environment/bin/python" -m pip install --quiet --disable-pip-version-check $packages || return 1
  echo "$packages" >"$stamp"
}

is_installed && exit 0
echo "Installing clients of AWS for the tests: $packages"
install_clients || true
is_installed && exit 0

end_incomplete "Clients of AWS not installed: $packages"
