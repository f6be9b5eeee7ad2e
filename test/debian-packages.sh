# Functions of the scripts that install things for tests. The scripts source it from their own
# directory.

# Prints a command's output only if the command fails.
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

# Tries a step that downloads something up to three times. Completed downloads stay.
patiently() {
  quietly "$@" && return 0
  sleep 10
  quietly "$@" && return 0
  sleep 60
  quietly "$@"
}

# Installs Debian packages, one an argument, or prints why it cannot. Waits for another apt that is
# running.
install_packages() {
  command -v apt-get >/dev/null 2>&1 || { echo 'there is no apt-get'; return 1; }
  [ "$(id -u)" = 0 ] || { echo 'only root can install packages'; return 1; }
  export DEBIAN_FRONTEND=noninteractive
  patiently apt-get update -qq &&
    patiently apt-get install -o DPkg::Lock::Timeout=300 -y -qq --no-install-recommends "$@"
}

# Ends a script that could not install everything: a failure in CI, where no test may be skipped.
end_incomplete() {
  echo "$1"
  if [ "${CI:-}" = true ]; then
    echo 'CI must test every client: failing.' >&2
    exit 1
  fi
  echo 'The tests that need them will be skipped.'
  exit 0
}
