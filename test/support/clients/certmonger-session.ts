import { existsSync } from 'node:fs';
import path from 'node:path';
import type { RunningConnector } from '../servers/start-connector.ts';
import { type CommandResult, runCommand } from './run-command.ts';

const HELPERS =
  ['/usr/lib/certmonger', '/usr/libexec/certmonger'].find((directory) => existsSync(directory)) ??
  '/usr/lib/certmonger';
export const SCEP_SUBMIT = path.join(HELPERS, 'scep-submit');
const SESSION_DAEMON = path.join(HELPERS, 'certmonger-session');
export const CERTMONGER_PROGRAMS = [
  SCEP_SUBMIT,
  SESSION_DAEMON,
  'getcert',
  'dbus-run-session',
  'openssl',
];

/** The session ends itself, so that the daemon ends with it. */
const SECONDS = 150;
const LIMIT = ['timeout', '--kill-after=2', String(SECONDS)];

/**
 * Requests `r1` from the CA `lab` in a D-Bus session, then runs $AGAIN on it and prints the result.
 * `getcert -w` may answer from the old state, so a renewal is over only when the certificate has
 * changed. A pending request is asked for again here; the daemon would wait for hours.
 */
const SESSION = `
  settle() { # the certificate of before
    until getcert list -s -i r1 >"$HOME/state" && { grep -q 'status: CA_REJECTED' "$HOME/state" \\
      || { grep -q 'status: MONITORING' "$HOME/state" && ! cmp -s "$HOME/certificate.pem" "$1"; }; }; do
      if grep -q 'status: CA_WORKING' "$HOME/state"; then getcert refresh -s -i r1; fi
      sleep 0.5
    done
  }
  "$DAEMON" -n & daemon=$!
  trap 'kill $daemon; wait $daemon' EXIT
  until getcert list-cas -s >/dev/null 2>&1; do sleep 0.1; done
  getcert add-scep-ca -s -c lab -u "$URL"
  until getcert list-cas -s -c lab -v | grep -q 'SCEP CA certificate thumbprint'; do sleep 0.1; done
  getcert request -s -c lab -I r1 -k "$HOME/key.pem" -f "$HOME/certificate.pem" -L "$CHALLENGE" "$@"
  settle /dev/null
  for again in $AGAIN; do
    cp "$HOME/certificate.pem" "$HOME/before-$again.pem"
    cp "$HOME/key.pem" "$HOME/before-$again.key"
    getcert "$again" -s -i r1
    settle "$HOME/before-$again.pem"
  done
  getcert list -s -i r1
`;

/**
 * Runs certmonger's daemon in its own D-Bus session. `home` then holds the key, the certificate and
 * what `again` left of earlier ones (`before-resubmit.pem`, ...). The output ends with the state of
 * the request: granted or refused.
 */
export function requestByCertmonger(
  connector: RunningConnector,
  home: string,
  challenge: string,
  options: readonly string[],
  again: readonly ('resubmit' | 'rekey')[] = [],
): Promise<CommandResult> {
  return runCommand(
    'dbus-run-session',
    ['--', ...LIMIT, 'bash', '-c', SESSION, 'session', ...options],
    {
      env: {
        HOME: home,
        DAEMON: SESSION_DAEMON,
        URL: connector.ready.scepUrl,
        CHALLENGE: challenge,
        AGAIN: again.join(' '),
      },
      timeoutMs: (SECONDS + 5) * 1_000,
    },
  );
}
