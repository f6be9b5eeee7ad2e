import { AwsError } from '../aws-error.ts';

/** An Authorization header of Signature Version 4. Only its form has been checked. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** Lower-case names in the order in which they were signed. */
  readonly signedHeaders: readonly string[];
  /** As received. */
  readonly signature: string;
}

export interface CredentialScope {
  /** YYYYMMDD. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
}

export const ALGORITHM = 'AWS4-HMAC-SHA256';
const PARAMETERS = ['Credential', 'Signature', 'SignedHeaders'] as const;
const MAX_LENGTH = 4096;
const LOWER_CASE_TOKEN = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

/**
 * Reads `AWS4-HMAC-SHA256 Credential=<id>/<date>/<region>/<service>/aws4_request,
 * SignedHeaders=<a;b>, Signature=<hex>`.
 * @throws AwsError IncompleteSignatureException; its message never repeats the header, which may
 *   contain secrets of another scheme
 */
export function parseAuthorization(header: string): Authorization {
  if (header.length > MAX_LENGTH) throw incomplete('Authorization header is too long.');
  if (!header.startsWith(`${ALGORITHM} `)) {
    throw incomplete(`Authorization header requires the algorithm '${ALGORITHM}'.`);
  }
  const parameters = readParameters(header.slice(ALGORITHM.length));
  const [credential = '', signature = '', signedHeaders = ''] = PARAMETERS.map((name) =>
    parameters.get(name),
  );
  return {
    ...readCredential(credential),
    signedHeaders: readSignedHeaders(signedHeaders),
    signature,
  };
}

function readParameters(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const part of text.split(',')) {
    const [name = '', ...value] = part.trim().split('=');
    const isKnown = (PARAMETERS as readonly string[]).includes(name);
    if (!isKnown || parameters.has(name)) {
      throw incomplete(`Authorization header takes ${PARAMETERS.join(', ')}, once each.`);
    }
    parameters.set(name, value.join('='));
  }
  const missing = PARAMETERS.filter((name) => !parameters.get(name));
  if (missing.length === 0) return parameters;
  const faults = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  throw incomplete(faults.join(' '));
}

function readCredential(text: string): Pick<Authorization, 'accessKeyId' | 'scope'> {
  const parts = text.split('/');
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = parts;
  if (parts.length !== 5 || parts.includes('')) {
    throw incomplete(
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.',
    );
  }
  return { accessKeyId, scope: { date, region, service, terminator } };
}

function readSignedHeaders(text: string): readonly string[] {
  const names = text.split(';');
  const areNames = names.every((name) => LOWER_CASE_TOKEN.test(name));
  if (areNames && new Set(names).size === names.length) return names;
  throw incomplete(
    'SignedHeaders must be lower-case header names, once each, parted by semicolons.',
  );
}

function incomplete(message: string): AwsError {
  return new AwsError('IncompleteSignatureException', message);
}
