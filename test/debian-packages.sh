# What the scripts that install things for tests have in common. They read it by `.` from their own directory.

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

# Installs packages of Debian, an argument each, or says why it cannot.
install_packages() {
  command -v apt-get >/dev/null 2>&1 || { echo 'there is no apt-get'; return 1; }
  [ "$(id -u)" = 0 ] || { echo 'only root can install packages'; return 1; }
  export DEBIAN_FRONTEND=noninteractive
  quietly apt-get update -qq && quietly apt-get install -y -qq --no-install-recommends "$@"
}

# The end of a script that could not bring everything: a failure in CI, where no test may be skipped.
end_incomplete() {
  echo "$1"
  if [ "${CI:-}" = true ]; then
    echo 'CI must test every client: failing.' >&2
    exit 1
  fi
  echo 'The tests that need them will be skipped.'
  exit 0
}
