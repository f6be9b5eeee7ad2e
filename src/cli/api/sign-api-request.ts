import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Service } from '../../aws-wire/caller.ts';
import type { HttpRequest } from '../scep-client/exchange-http.ts';

/** Credentials in the form that the providers of the AWS SDKs return. */
export interface ApiCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ApiSigner {
  readonly region: string;
  readonly credentials: () => Promise<ApiCredentials>;
}

/** Signs a request with AWS Signature Version 4, which the API accepts for some minutes. */
export async function signApiRequest(
  request: HttpRequest,
  service: Service,
  { region, credentials }: ApiSigner,
  date: Date,
): Promise<HttpRequest> {
  const { url, method, headers, body } = request;
  const signer = new SignatureV4({
    ...{ service, region, credentials },
    sha256: Sha256,
  });
  const signed = await signer.sign(
    {
      ...{ method, protocol: url.protocol, hostname: url.hostname, path: url.pathname, body },
      query: queryOf(url),
      headers: { ...headers, host: url.host },
    },
    { signingDate: date },
  );
  return { ...request, headers: signed.headers };
}

function queryOf({ searchParams }: URL): Record<string, string[]> {
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]),
  );
}

/** SHA-256 or, with a secret, HMAC-SHA-256, in the form that the signer asks for. */
class Sha256 {
  #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', octets(secret));
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

function octets(source: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof source === 'string') return Buffer.from(source);
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
