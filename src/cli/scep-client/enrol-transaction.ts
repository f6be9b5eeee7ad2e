import { DAY_MS, HOUR_MS } from '../../durations.ts';
import { derIssuerAndSubject, transactionIdOf } from '../../scep/build-pki-request.ts';
import { challengePasswords } from '../../scep/challenge-passwords.ts';
import type { ReplyRecipient } from '../../scep/open-cert-rep.ts';
import type { CertRep } from '../../scep/read-cert-rep.ts';
import { buildSelfSignedCertificate } from '../../x509/build-certificate.ts';
import { keyUsageExtension } from '../../x509/key-usage.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { importPublicKey } from '../../x509/public-key.ts';
import { signingAlgorithmFor } from '../../x509/signing-algorithm.ts';
import { KEY_USAGES_BY_TYPE, keyTypeOf } from '../terminal/key-algorithm.ts';
import { exchangePkiMessage } from './exchange-pki-message.ts';
import type {
  DiscoveredAuthority,
  EnrolSubject,
  ScepClientSettings,
} from './scep-client-settings.ts';

/** The messages of one enrolment; each may be sent any number of times. */
export interface EnrolTransaction {
  readonly transactionId: string;
  /** PKCSReq, or RenewalReq if the subject asks for that. */
  readonly enrol: () => Promise<CertRep>;
  /** CertPoll. */
  readonly poll: () => Promise<CertRep>;
}

/**
 * Prepares an enrolment or renewal: chooses who signs (RFC 8894 section 2.3), and derives the
 * transactionID from the key and the certificate to renew unless one is given.
 */
export function createTransaction(
  settings: ScepClientSettings,
  authority: DiscoveredAuthority,
  subject: EnrolSubject,
  transactionId = transactionIdOf(
    subject.request.subjectPublicKeyInfo,
    subject.renewal?.certificate.der,
  ),
): EnrolTransaction {
  const { request, renewal } = subject;
  const [challengePassword] = challengePasswords(request);
  const signer = { ...(renewal ?? selfSigned(settings, subject)), challengePassword };
  const send = (type: 'PKCSReq' | 'RenewalReq' | 'CertPoll', content: Uint8Array) =>
    exchangePkiMessage(settings, authority, { type, content, transactionId, signer });
  const issuer = authority.ca.chain[0]?.subject ?? authority.ca.recipient.subject;
  return {
    transactionId,
    enrol: () => send(renewal?.messageType ?? 'PKCSReq', request.der),
    poll: () => send('CertPoll', derIssuerAndSubject(issuer, request.subject)),
  };
}

/** The self-signed certificate of a device that has none yet. */
function selfSigned(
  { clock, randomBytes }: ScepClientSettings,
  { request, privateKey }: EnrolSubject,
): ReplyRecipient {
  const now = clock().getTime();
  const der = buildSelfSignedCertificate({
    serialNumber: Buffer.concat([Buffer.of(1), randomBytes(15)]),
    signingAlgorithm: signingAlgorithmFor(privateKey),
    // Valid for servers whose clock is behind, and for requests that wait long for approval.
    notBefore: new Date(now - HOUR_MS),
    notAfter: new Date(now + 30 * DAY_MS),
    subject: request.subject,
    extensions: [keyUsageExtension(KEY_USAGES_BY_TYPE[keyTypeOf(privateKey)])],
    publicKey: importPublicKey(request.subjectPublicKeyInfo),
    privateKey,
  });
  return { certificate: parseCertificate(der), privateKey };
}
