import { contentCipher } from '../cms/content-ciphers.ts';
import { MODERN_ALGORITHMS } from '../scep/algorithm-policy.ts';
import { buildPkiRequest } from '../scep/build-pki-request.ts';
import { derIssuerAndSubject } from '../scep/issuer-and-subject.ts';
import type { CertRep } from '../scep/read-cert-rep.ts';
import { readCertRep } from '../scep/read-cert-rep.ts';
import { transactionIdOf } from '../scep/transaction-id.ts';
import { buildSelfSignedCertificate } from '../x509/build-self-signed-certificate.ts';
import { keyUsageExtension } from '../x509/key-usage.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import { parseCertificate } from '../x509/parse-certificate.ts';
import { importPublicKey } from '../x509/public-key.ts';
import { readingReply, ScepClientError } from './scep-client-error.ts';
import type { Authority, EnrolSubject, ScepClientSettings } from './scep-client-settings.ts';
import { sendScepOperation } from './send-scep-operation.ts';

/** The messages of one enrolment; each may be sent any number of times. */
export interface EnrolTransaction {
  readonly transactionId: string;
  /** PKCSReq. */
  readonly enrol: () => Promise<CertRep>;
  /** CertPoll. */
  readonly poll: () => Promise<CertRep>;
}

const DAY_MS = 86_400_000;

/** Prepares an enrolment with the CA: the transient self-signed certificate of RFC 8894 section 2.3 and the transactionID. */
export function createTransaction(
  settings: ScepClientSettings,
  authority: Authority,
  subject: EnrolSubject,
): EnrolTransaction {
  const { request } = subject;
  const transactionId = transactionIdOf(request.subjectPublicKeyInfo);
  const certificate = selfSigned(settings, subject);
  const send = (type: 'PKCSReq' | 'CertPoll', content: Uint8Array) =>
    exchange(settings, authority, { type, content, transactionId, certificate, ...subject });
  const issuer = authority.ca.chain[0]?.subject ?? authority.ca.recipient.subject;
  return {
    transactionId,
    enrol: () => send('PKCSReq', request.der),
    poll: () => send('CertPoll', derIssuerAndSubject(issuer, request.subject)),
  };
}

function selfSigned(
  { clock, randomBytes }: ScepClientSettings,
  { request, privateKey }: EnrolSubject,
): Certificate {
  const now = clock().getTime();
  const der = buildSelfSignedCertificate({
    serialNumber: Buffer.concat([Buffer.of(1), randomBytes(15)]),
    signingAlgorithm: 'SHA256WITHRSA',
    // An hour back for servers whose clock is behind, and long enough for a request that waits for approval.
    notBefore: new Date(now - DAY_MS / 24),
    notAfter: new Date(now + 30 * DAY_MS),
    subject: request.subject,
    extensions: [keyUsageExtension(['digitalSignature', 'keyEncipherment'])],
    publicKey: importPublicKey(request.subjectPublicKeyInfo),
    privateKey,
  });
  return parseCertificate(der);
}

interface Exchange extends EnrolSubject {
  readonly type: 'PKCSReq' | 'CertPoll';
  readonly content: Uint8Array;
  readonly transactionId: string;
  readonly certificate: Certificate;
}

async function exchange(
  { server, clock, randomBytes }: ScepClientSettings,
  { ca, algorithms }: Authority,
  { type, content, transactionId, certificate, privateKey }: Exchange,
): Promise<CertRep> {
  const senderNonce = randomBytes(16);
  const recipient = {
    certificate: ca.recipient,
    publicKey: importPublicKey(ca.recipient.subjectPublicKeyInfo),
  };
  const message = buildPkiRequest(
    {
      ...{ type, transactionId, senderNonce, content, recipient },
      cipher: contentCipher(algorithms.cipher),
      signer: { certificate, privateKey, digest: algorithms.digest },
    },
    clock(),
    randomBytes,
  );
  const method = algorithms.post ? 'POST' : 'GET';
  const reply = await sendScepOperation(server, { operation: 'PKIOperation', method, message });
  if (reply.status !== 200) {
    throw new ScepClientError(`PKIOperation failed: HTTP ${reply.status}`);
  }
  const policy = { ...MODERN_ALGORITHMS, allowSha1: algorithms.digest === 'sha1' };
  const expected = { transactionId, senderNonce, signers: ca.signers, policy };
  return readingReply('PKIOperation', () =>
    readCertRep(reply.body, expected, { certificate, privateKey }),
  );
}
