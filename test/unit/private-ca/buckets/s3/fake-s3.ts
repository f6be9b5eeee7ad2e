import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SignatureV4 } from '@smithy/signature-v4';
import { onTestFinished } from 'vitest';
import { Sha256 } from '../../../../support/clients/sign-request.ts';

export const S3_CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'not a secret at all',
};

export interface S3Request {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Answers in place of the fake. Returns true when it has answered. */
type Interference = (request: S3Request, response: ServerResponse) => boolean;

/**
 * The part of S3 that the adapter needs, with buckets in the path. Every request must carry the
 * signature that the AWS SDK computes over its content.
 */
export async function startFakeS3(interfere: Interference = () => false) {
  const requests: S3Request[] = [];
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer[]>();
  const digests = new Map<string, string>();
  const answerHead = (path: string, response: ServerResponse) => {
    const object = objects.get(path);
    response.statusCode = object === undefined ? 404 : 200;
    const digest = digests.get(path) ?? '';
    if (object) response.setHeader('ETag', tagOf(object));
    if (digest !== '') response.setHeader('x-amz-meta-digest', digest);
    response.end();
  };
  const answer = async (message: IncomingMessage, response: ServerResponse) => {
    const request = await readRequest(message);
    requests.push(request);
    if (interfere(request, response)) return;
    if (!(await isSigned(request))) return refuse(response, 403, 'SignatureDoesNotMatch');
    const { method, path, query, headers, body } = request;
    const upload = uploads.get(query['uploadId'] ?? '');
    if (method === 'GET') {
      const object = objects.get(path);
      return object === undefined ? refuse(response, 404, 'NoSuchKey') : response.end(object);
    }
    if (method === 'HEAD') return answerHead(path, response);
    if (method === 'PUT' && upload === undefined) {
      const { 'if-match': tag, 'if-none-match': none } = headers;
      const found = objects.get(path);
      if (tag !== undefined && found === undefined) return refuse(response, 404, 'NoSuchKey');
      const isRefused =
        (none === '*' && found !== undefined) || (tag !== undefined && tag !== tagOf(found));
      if (isRefused) return refuse(response, 412, 'PreconditionFailed');
      objects.set(path, body);
      digests.set(path, headers['x-amz-meta-digest'] ?? '');
    } else if (method === 'PUT') upload?.push(body);
    else if (method === 'DELETE') uploads.delete(query['uploadId'] ?? '');
    else if (upload === undefined) {
      uploads.set('upload-1', []);
      return response.end(xml('InitiateMultipartUploadResult', '<UploadId>upload-1</UploadId>'));
    } else {
      objects.set(path, Buffer.concat(upload));
      uploads.delete(query['uploadId'] ?? '');
      return response.end(xml('CompleteMultipartUploadResult', '<ETag>"whole"</ETag>'));
    }
    response.setHeader('ETag', '"part"').end();
    return undefined;
  };
  const server = createServer((message, response) => {
    answer(message, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, requests, objects, uploads };
}

function tagOf(object: Buffer | undefined): string {
  return `"${createHash('md5')
    .update(object ?? '')
    .digest('hex')}"`;
}

export function refuse(response: ServerResponse, status: number, code: string): void {
  response.statusCode = status;
  response.end(xml('Error', `<Code>${code}</Code><Message>${code} it is</Message>`));
}

function xml(name: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}>${content}</${name}>`;
}

async function readRequest(message: IncomingMessage): Promise<S3Request> {
  const url = new URL(message.url ?? '/', 'http://fake');
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: message.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: await buffer(message),
  };
}

async function isSigned({ method, path, query, headers, body }: S3Request): Promise<boolean> {
  const { authorization = '' } = headers;
  const [, region = '', names = ''] =
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+),/.exec(
      authorization,
    ) ?? [];
  const time = (headers['x-amz-date'] ?? '').replace(
    /^(....)(..)(..T..)(..)(..)Z$/,
    '$1-$2-$3:$4:$5Z',
  );
  const signer = new SignatureV4({
    ...{ service: 's3', region, credentials: S3_CREDENTIALS, sha256: Sha256 },
    ...{ uriEscapePath: false, applyChecksum: true },
  });
  const signed = names.split(';').map((name) => [name, headers[name] ?? '']);
  const hash = createHash('sha256').update(body).digest('hex');
  if (headers['x-amz-content-sha256'] !== hash) return false;
  const again = await signer.sign(
    {
      ...{ method, path, query, body, protocol: 'http:', hostname: '127.0.0.1' },
      headers: Object.fromEntries(signed) as Record<string, string>,
    },
    { signingDate: new Date(time) },
  );
  return again.headers['authorization'] === authorization;
}
