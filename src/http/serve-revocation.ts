import { createHash } from 'node:crypto';
import type { Express, Request, Response } from 'express';
import { findAuthorityById } from '../private-ca/authority/find-authority.ts';
import type { Crls } from '../private-ca/crl/crls.ts';
import type { CaContext } from '../private-ca/model/ca-context.ts';
import { endAnswer, noteForLog } from './log-exchanges.ts';
import { respond, respondText } from './respond.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** Any directory: it comes from the CA's CustomPath and from whoever forwards requests here. */
const CRL_PATH = new RegExp(`/(?<authority>${UUID})(?:-(?<partition>[0-9a-f]{2}))?\\.crl$`);
const CERTIFICATE_PATH = new RegExp(`/ca/(?<authority>${UUID})\\.cer$`);

/** Bounds how late a cache may show a revocation, which is in the CRL at once. */
const CRL_MAX_AGE_SECONDS = 300;
const CERTIFICATE_MAX_AGE_SECONDS = 86_400;

/** Where CRLs and CA certificates come from. */
export interface RevocationSource extends Pick<CaContext, 'store'> {
  readonly crls: Pick<Crls, 'cachedCrlFor'>;
}

/** Serves CRLs and CA certificates to relying parties: to everybody, without an account. */
export function serveRevocation(app: Express, ca: RevocationSource): void {
  app.get(CRL_PATH, (request, response) => serveRevocationList(ca, request, response));
  app.get(CERTIFICATE_PATH, (request, response) => serveCertificate(ca, request, response));
}

async function serveRevocationList(
  ca: RevocationSource,
  request: Request,
  response: Response,
): Promise<void> {
  noteForLog(response, {}, { message: 'CRL request answered' });
  const { authority: id, partition } = request.params;
  const authority = await findAuthorityById(ca, String(id));
  const list = authority && (await ca.crls.cachedCrlFor(authority, partition?.toString()));
  if (list === undefined) {
    respondText(response, 404, 'There is no CRL at this URL.');
    return;
  }
  response.setHeader('Last-Modified', new Date(list.issuedAt).toUTCString());
  respondCacheable(response, 'application/pkix-crl', list.crl, CRL_MAX_AGE_SECONDS);
}

async function serveCertificate(ca: RevocationSource, request: Request, response: Response) {
  noteForLog(response, {}, { message: 'CA certificate request answered' });
  const authority = await findAuthorityById(ca, String(request.params['authority']));
  if (authority?.installed === undefined) {
    respondText(response, 404, 'There is no certificate at this URL.');
    return;
  }
  const { certificate } = authority.installed;
  respondCacheable(response, 'application/pkix-cert', certificate, CERTIFICATE_MAX_AGE_SECONDS);
}

/** Hashed once: a CRL may have millions of octets and is the same for every client. */
const tags = new WeakMap<Uint8Array, string>();

function tagOf(body: Uint8Array): string {
  const tag = tags.get(body) ?? `"${createHash('sha256').update(body).digest('hex')}"`;
  tags.set(body, tag);
  return tag;
}

/** Answers 304 to a client that has these octets already. */
function respondCacheable(
  response: Response,
  contentType: string,
  body: Uint8Array,
  maxAgeSeconds: number,
): void {
  const tag = tagOf(body);
  response.setHeader('ETag', tag);
  response.setHeader('Cache-Control', `public, max-age=${maxAgeSeconds}`);
  if (response.req.headers['if-none-match']?.includes(tag)) {
    response.statusCode = 304;
    endAnswer(response);
    return;
  }
  respond(response, 200, contentType, body);
}
