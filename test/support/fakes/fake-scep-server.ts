import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import { buildDegenerateSignedData } from '../../../src/cms/build-signed-data.ts';
import { createKeyTransport } from '../../../src/cms/key-transport.ts';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import {
  buildCaCertReply,
  CA_RA_CERT_CONTENT_TYPE,
} from '../../../src/scep/build-ca-cert-reply.ts';
import { buildCertRep } from '../../../src/scep/build-cert-rep.ts';
import {
  buildNextCaCertReply,
  NEXT_CA_CERT_CONTENT_TYPE,
} from '../../../src/scep/build-next-ca-cert-reply.ts';
import { challengePasswords } from '../../../src/scep/challenge-passwords.ts';
import { chooseReplyRecipient } from '../../../src/scep/choose-reply-recipient.ts';
import { decodeGetMessage } from '../../../src/scep/decode-get-message.ts';
import { findRecipient } from '../../../src/scep/find-recipient.ts';
import { type RequestType, requestTypeOf } from '../../../src/scep/message-types.ts';
import { type OpenedRequest, openPkiRequest } from '../../../src/scep/open-pki-request.ts';
import { parseScepQuery } from '../../../src/scep/parse-scep-query.ts';
import type { FailInfo } from '../../../src/scep/pki-status.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { verifyPkiRequest } from '../../../src/scep/verify-pki-request.ts';
import { formatName } from '../../../src/x509/distinguished-name.ts';
import {
  type CertificationRequest,
  parseCertificationRequest,
} from '../../../src/x509/parse-certification-request.ts';
import { importPublicKey } from '../../../src/x509/public-key.ts';
import { type Identity, makeIdentity } from '../keys/test-authority.ts';

/** How to answer one request. 'lose' closes the connection without an answer. */
type Verdict =
  | { readonly issue: (request: CertificationRequest) => Identity }
  /** The answer to GetCert and GetCRL. */
  | { readonly send: { readonly certificates?: Uint8Array[]; readonly crls?: Uint8Array[] } }
  | { readonly refuse: FailInfo; readonly text: string }
  | 'pending'
  | 'lose';

export interface FakeScepServer {
  readonly url: URL;
  readonly root: Identity;
  readonly issuingCa: Identity;
  readonly ra: Identity;
  /** Every request: "GET GetCACaps", "POST PKCSReq", "GET CertPoll". */
  readonly log: string[];
  /** The PKCS #10 of each PKCSReq and RenewalReq. */
  readonly requests: CertificationRequest[];
  /** Every PKIOperation. */
  readonly messages: OpenedRequest[];
  /** Tests change it while the server runs. */
  readonly behaviour: {
    capabilities: string;
    verdict: (type: RequestType, count: number) => Verdict;
    /** Answers in place of the server when it returns true. */
    intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
    /** Signs the replies. */
    signer: Identity;
    /** What GetNextCACert returns; HTTP 404 when undefined. */
    nextCa: readonly Identity[] | undefined;
  };
}

export const MODERN_CAPABILITIES = 'AES\nPOSTPKIOperation\nSCEPStandard\nSHA-256\n';
const POLICY = { ...MODERN_ALGORITHMS, allowSha1: true };

/**
 * A fake SCEP server: a root, an issuing CA and an RA, and answers that the test chooses. It ends
 * with the test file.
 */
export async function startFakeScepServer(): Promise<FakeScepServer> {
  const root = makeIdentity({ subject: 'CN=Root', ca: {} });
  const issuingCa = makeIdentity({ subject: 'CN=Issuing CA', issuer: root, ca: {} });
  const ra = makeIdentity({ subject: 'CN=RA', issuer: issuingCa });
  const fake: Omit<FakeScepServer, 'url'> = {
    ...{ root, issuingCa, ra, log: [], requests: [], messages: [] },
    behaviour: {
      capabilities: MODERN_CAPABILITIES,
      verdict: () => ({ issue: (request) => issueFor(request, issuingCa) }),
      intercept: () => false,
      signer: ra,
      nextCa: undefined,
    },
  };
  const server = createServer((request, response) => {
    if (fake.behaviour.intercept(request, response)) return;
    answer(fake, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { ...fake, url: new URL(`http://127.0.0.1:${port}/scep/account-id/hidden-in-the-path`) };
}

export function issueFor(request: CertificationRequest, issuer: Identity): Identity {
  const publicKey = importPublicKey(request.subjectPublicKeyInfo);
  const subject = formatName(request.subject);
  return makeIdentity({ subject, issuer, keys: { publicKey, privateKey: issuer.privateKey } });
}

async function answer(
  fake: Omit<FakeScepServer, 'url'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { operation, message } = parseScepQuery(request.url ?? '');
  const { root, issuingCa, ra, behaviour, log } = fake;
  if (operation === 'getcacaps') {
    log.push('GET GetCACaps');
    response.setHeader('content-type', 'text/plain').end(behaviour.capabilities);
  } else if (operation === 'getcacert') {
    log.push('GET GetCACert');
    const caCertificates = [issuingCa, root].map(({ certificate }) => certificate.der);
    response
      .setHeader('content-type', CA_RA_CERT_CONTENT_TYPE)
      .end(buildCaCertReply(ra.certificate.der, caCertificates));
  } else if (operation === 'getnextcacert') {
    log.push('GET GetNextCACert');
    const { nextCa, signer } = behaviour;
    if (nextCa === undefined) response.writeHead(404).end();
    else {
      const ders = nextCa.map(({ certificate }) => certificate.der);
      response
        .setHeader('content-type', NEXT_CA_CERT_CONTENT_TYPE)
        .end(buildNextCaCertReply(ders, signer, new Date()));
    }
  } else {
    const bytes =
      request.method === 'POST' ? await buffer(request) : decodeGetMessage(message ?? '');
    const reply = await decide(fake, bytes, request.method ?? '');
    if (reply === undefined) response.destroy();
    else response.setHeader('content-type', 'application/x-pki-message').end(reply);
  }
}

async function decide(
  { ra, behaviour, log, requests, messages }: Omit<FakeScepServer, 'url'>,
  bytes: Uint8Array,
  method: string,
): Promise<Uint8Array | undefined> {
  const opened = open(bytes, ra);
  const type = requestTypeOf(opened.request.attributes.messageType);
  if (type === undefined) throw new Error('unknown messageType');
  log.push(`${method} ${type}`);
  messages.push(opened);
  if (type === 'PKCSReq' || type === 'RenewalReq') {
    requests.push(parseCertificationRequest(opened.content));
  }
  const verdict = behaviour.verdict(type, log.length);
  if (verdict === 'lose') return undefined;
  const signer = { ...behaviour.signer, digest: opened.digest };
  const outcome =
    verdict === 'pending'
      ? ({ status: 'PENDING' } as const)
      : 'refuse' in verdict
        ? ({
            status: 'FAILURE',
            failInfo: verdict.refuse,
            text: verdict.text,
            hresult: 0x80070057,
          } as const)
        : ({
            status: 'SUCCESS',
            content: messageData(verdict, requests.at(-1)),
            recipient: await chooseReplyRecipient(
              opened,
              challengeOf(requests.at(-1)),
              randomBytes,
            ),
            cipher: opened.cipher,
          } as const);
  const context = { signer, client: 'windows', now: new Date(), randomBytes } as const;
  return buildCertRep(outcome, opened.request, context);
}

function challengeOf(csr: CertificationRequest | undefined): string | undefined {
  return csr && challengePasswords(csr)[0];
}

function messageData(
  verdict: Exclude<Verdict, string | { readonly refuse: unknown }>,
  csr: CertificationRequest | undefined,
): Uint8Array {
  if ('send' in verdict) {
    const { certificates = [], crls = [] } = verdict.send;
    return buildDegenerateSignedData(certificates, crls);
  }
  if (csr === undefined) throw new Error('nothing was requested that could be issued');
  return buildDegenerateSignedData([verdict.issue(csr).certificate.der]);
}

function open(bytes: Uint8Array, { certificate, privateKey }: Identity): OpenedRequest {
  const verified = verifyPkiRequest(readPkiRequest(bytes), POLICY);
  const recipient = { certificate, privateKey, keyTransport: createKeyTransport(privateKey) };
  return openPkiRequest(verified, findRecipient(verified.request, [recipient]), POLICY);
}
