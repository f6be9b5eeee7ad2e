import { createHash, createHmac, createSecretKey } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credential } from '../../../src/aws-wire/credential.ts';
import type { SignedRequest } from '../../../src/aws-wire/sigv4/signed-request.ts';

/** Not real secrets: only the servers of these tests accept them. */
export const TEST_ACCESS_KEY = {
  accessKeyId: 'AKIATESTTESTTESTTEST',
  secretAccessKey: 'test/secret+access/key+of/no/account+000',
  accountId: '111122223333',
  userName: 'alice',
} as const;

export const TEST_SESSION_TOKEN = 'test/session+token==';

/** The credential of TEST_ACCESS_KEY as the server stores it, with the given changes. */
export function testCredential(changed: Partial<Credential> = {}): Credential {
  const secretAccessKey = createSecretKey(TEST_ACCESS_KEY.secretAccessKey, 'utf8');
  return { ...TEST_ACCESS_KEY, secretAccessKey, ...changed };
}

export interface RequestToSign {
  readonly method?: string;
  /** Path and query, already encoded. */
  readonly target?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly service?: string;
  readonly region?: string;
  readonly signedAt?: Date;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
}

/** The request as a server receives it, signed by the JavaScript SDK's own signer. */
export async function signRequest(request: RequestToSign): Promise<SignedRequest> {
  const { method = 'GET', target = '/connectors', host = '127.0.0.1:8081', body = '' } = request;
  const { service = 'pca-connector-scep', region = 'us-east-1', signedAt = new Date() } = request;
  const { sessionToken } = request;
  const credentials = { ...TEST_ACCESS_KEY, ...definedKeys(request) };
  const signer = new SignatureV4({
    service,
    region,
    credentials: { ...credentials, ...(sessionToken === undefined ? {} : { sessionToken }) },
    sha256: Sha256,
  });
  const [path = '', query = ''] = target.split('?');
  const unsigned = {
    method,
    protocol: 'http:',
    hostname: host,
    path,
    query: queryOf(query),
    headers: { host, ...request.headers },
    body,
  };
  const { headers } = await signer.sign(unsigned, { signingDate: signedAt });
  return { method, target, headers: Object.entries(headers), body: Buffer.from(body) };
}

function definedKeys({ accessKeyId, secretAccessKey }: RequestToSign) {
  return {
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...(secretAccessKey === undefined ? {} : { secretAccessKey }),
  };
}

function queryOf(query: string): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const [name = '', value = ''] = pair.split('=').map(decodeURIComponent);
    values[name] = [...(values[name] ?? []), value];
  }
  return values;
}

type Octets = string | ArrayBuffer | ArrayBufferView;

/** SHA-256, or HMAC-SHA-256 when there is a secret, in the interface that the signer expects. */
export class Sha256 {
  readonly #hash;

  constructor(secret?: Octets) {
    this.#hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret));
  }

  update(data: Octets): void {
    this.#hash.update(toBytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): never {
    throw new Error('a digest is made once');
  }
}

function toBytes(data: Octets): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
