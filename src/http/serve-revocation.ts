import { createHash } from 'node:crypto';
import type { Express, Request, Response } from 'express';
import { findAuthorityById } from '../private-ca/authority/find-authority.ts';
import { recentRevocationList } from '../private-ca/crl/recent-revocation-list.ts';
import type { PrivateCa } from '../private-ca/private-ca.ts';
import { respond, respondText } from './respond.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** The directory is the business of an authority's CustomPath, and of whoever forwards requests to this server. */
const CRL_PATH = new RegExp(`/(?<authority>${UUID})(?:-(?<partition>[0-9a-f]{2}))?\\.crl$`);
const CERTIFICATE_PATH = new RegExp(`/ca/(?<authority>${UUID})\\.cer$`);

/** Seconds. A CRL names what was revoked before it was asked for: this is how late a cache may make it. */
const CRL_MAX_AGE = 300;
const CERTIFICATE_MAX_AGE = 86_400;

/** What relying parties fetch: CRLs, and the certificates of authorities. It is for everybody, and names no account. */
export function serveRevocation(app: Express, ca: PrivateCa): void {
  app.get(CRL_PATH, (request, response) => serveRevocationList(ca, request, response));
  app.get(CERTIFICATE_PATH, (request, response) => serveCertificate(ca, request, response));
}

async function serveRevocationList(
  ca: PrivateCa,
  request: Request,
  response: Response,
): Promise<void> {
  const { authority: id, partition } = request.params;
  const authority = await findAuthorityById(ca, String(id));
  const list = authority && (await recentRevocationList(ca, authority, partition?.toString()));
  if (list === undefined) {
    respondText(response, 404, 'There is no CRL at this URL.');
    return;
  }
  response.setHeader('Last-Modified', new Date(list.issuedAt).toUTCString());
  respondCacheable(response, 'application/pkix-crl', list.crl, CRL_MAX_AGE);
}

async function serveCertificate(ca: PrivateCa, request: Request, response: Response) {
  const authority = await findAuthorityById(ca, String(request.params['authority']));
  if (authority?.installed === undefined) {
    respondText(response, 404, 'There is no certificate at this URL.');
    return;
  }
  const { certificate } = authority.installed;
  respondCacheable(response, 'application/pkix-cert', certificate, CERTIFICATE_MAX_AGE);
}

/** A CRL may have millions of octets, and is the same for all who ask. */
const tags = new WeakMap<Uint8Array, string>();

function tagOf(body: Uint8Array): string {
  const tag = tags.get(body) ?? `"${createHash('sha256').update(body).digest('hex')}"`;
  tags.set(body, tag);
  return tag;
}

/** 304 to whoever has these very octets already. */
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
    response.end();
    return;
  }
  respond(response, 200, contentType, body);
}
