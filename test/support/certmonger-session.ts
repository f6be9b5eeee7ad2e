import { existsSync } from 'node:fs';
import path from 'node:path';
import { type CommandResult, runCommand } from './run-command.ts';
import type { RunningConnector } from './start-connector.ts';

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

/** The session is ended from within, so that its end takes the daemon along. */
const SECONDS = 75;
const LIMIT = ['timeout', '--kill-after=2', String(SECONDS)];

/**
 * Requests `r1` from the CA `lab` in a session of its own, then does with it what $AGAIN says, and shows what became of it.
 * The daemon may answer `-w` out of the state before: that the certificate is another one is what tells the end.
 */
const SESSION = `
  "$DAEMON" -n & daemon=$!
  trap 'kill $daemon; wait $daemon' EXIT
  until getcert list-cas -s >/dev/null 2>&1; do sleep 0.1; done
  getcert add-scep-ca -s -c lab -u "$URL"
  until getcert list-cas -s -c lab -v | grep -q 'SCEP CA certificate thumbprint'; do sleep 0.1; done
  getcert request -s -c lab -I r1 -k "$HOME/key.pem" -f "$HOME/certificate.pem" -L "$CHALLENGE" "$@" \\
    -w --wait-timeout 20
  for again in $AGAIN; do
    if [ "$again" = refresh ]; then
      until [ -e "$HOME/certificate.pem" ]; do getcert refresh -s -i r1; sleep 2; done
      continue
    fi
    cp "$HOME/certificate.pem" "$HOME/before-$again.pem"
    cp "$HOME/key.pem" "$HOME/before-$again.key"
    getcert "$again" -s -i r1 -w --wait-timeout 20
    while cmp -s "$HOME/certificate.pem" "$HOME/before-$again.pem"; do sleep 0.1; done
    until getcert list -s -i r1 | grep -q 'status: MONITORING'; do sleep 0.1; done
  done
  getcert list -s -i r1
`;

/**
 * Runs certmonger's daemon in a D-Bus session of its own: the key, the certificate and what `again` left of the earlier ones
 * (`before-resubmit.pem`, ...) are in `home`. `refresh` asks what has become of a request until its certificate is there; a
 * `resubmit` would be another request, as certmonger puts a new subjectKeyIdentifier into each. The output ends with the
 * state of the request.
 */
export function requestByCertmonger(
  connector: RunningConnector,
  home: string,
  challenge: string,
  options: readonly string[],
  again: readonly ('refresh' | 'resubmit' | 'rekey')[] = [],
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
