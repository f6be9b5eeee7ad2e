import type { Credential } from '../aws-wire/credential.ts';
import { parseCredential } from './parse-credential.ts';
import { UsageError } from './usage-error.ts';

/** The environment variables of a single credential, by the member that each one sets. */
const VARIABLE_OF: Readonly<Record<string, string>> = {
  accessKeyId: 'SCEP_CONNECTOR_ACCESS_KEY_ID',
  secretAccessKey: 'SCEP_CONNECTOR_SECRET_ACCESS_KEY',
  accountId: 'SCEP_CONNECTOR_ACCOUNT_ID',
  userName: 'SCEP_CONNECTOR_USER_NAME',
  sessionToken: 'SCEP_CONNECTOR_SESSION_TOKEN',
  policy: 'SCEP_CONNECTOR_POLICY',
};

export const CREDENTIAL_VARIABLES: readonly string[] = Object.values(VARIABLE_OF);

/**
 * The credential in the environment, or undefined if none of its variables is set. An empty
 * variable counts as not set; but an empty policy is a mistake, because it must not grant all.
 * @throws UsageError with a line for each mistake; no line shows a value
 */
export function readCredentialEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Credential | undefined {
  const members = Object.entries(VARIABLE_OF).flatMap(([member, variable]) => {
    const value = environment[variable];
    return value || (value === '' && member === 'policy') ? [[member, value] as const] : [];
  });
  if (members.every(([, value]) => value === '')) return undefined;
  const parsed = parseCredential(Object.fromEntries(members));
  if ('accessKeyId' in parsed) return parsed;
  const lines = parsed.map(
    ({ member = '', problem }) => `${VARIABLE_OF[member] ?? member} ${problem}`,
  );
  throw new UsageError(lines.join('\n'));
}
