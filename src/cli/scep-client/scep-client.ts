import { chooseAlgorithms } from '../../scep/choose-algorithms.ts';
import type { FailInfo } from '../../scep/pki-status.ts';
import { type CaCertificates, readCaCertificates } from '../../scep/read-ca-certificates.ts';
import type { CertRep } from '../../scep/read-cert-rep.ts';
import { isIssuedBy } from '../../x509/is-issued-by.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import { importPublicKey } from '../../x509/public-key.ts';
import { createTransaction, type EnrolTransaction } from './enrol-transaction.ts';
import { readingReply, ScepClientError } from './scep-client-error.ts';
import type {
  DiscoveredAuthority,
  EnrolSubject,
  ScepClientSettings,
} from './scep-client-settings.ts';
import { sendScepOperation } from './send-scep-operation.ts';
import { trustCa } from './trust-ca.ts';

/** How an enrolment ended; the same request may be sent again after each of them. */
export type EnrolResult = { readonly transactionId: string } & (
  | {
      readonly status: 'issued';
      readonly certificate: Certificate;
      /** From the issuer of the certificate up. */
      readonly chain: readonly Certificate[];
    }
  | {
      readonly status: 'refused';
      readonly failInfo: FailInfo;
      /** The failInfoText as the server sent it. */
      readonly text: string | undefined;
    }
  | { readonly status: 'pending' }
);

/**
 * GetCACaps and GetCACert; nothing secret is sent. A server that answers GetCACaps with an HTTP
 * error counts as offering nothing (RFC 8894 section 3.5.2).
 * @throws ScepClientError when the server cannot be reached or its CA is not trusted
 */
export async function discoverAuthority(
  settings: ScepClientSettings,
): Promise<DiscoveredAuthority> {
  const { server, trust, clock, digest, cipher, method } = settings;
  const caps = await sendScepOperation(server, { operation: 'GetCACaps', method: 'GET' });
  const offered = chooseAlgorithms(
    caps.status === 200 ? Buffer.from(caps.body).toString('latin1') : '',
  );
  const reply = await sendScepOperation(server, { operation: 'GetCACert', method: 'GET' });
  if (reply.status !== 200) {
    const hint = reply.status < 500 ? '. Is it the whole URL of a SCEP server?' : '';
    throw new ScepClientError(`GetCACert failed: HTTP ${reply.status}${hint}`);
  }
  const ca = readingReply('GetCACert', () =>
    trustCa(readCaCertificates(reply.body, reply.contentType, clock()), trust),
  );
  return {
    ca,
    algorithms: {
      digest: digest ?? offered.digest,
      cipher: cipher ?? offered.cipher,
      post: method === 'auto' ? offered.post : method === 'post',
    },
  };
}

/**
 * Enrols by PKCSReq or renews, and polls with CertPoll while the server answers PENDING (RFC 8894
 * sections 2.3, 2.5, 4.4). Calls `discoverAuthority` unless the caller passes an `authority`.
 * @throws ScepClientError when the server cannot be reached, its replies cannot be trusted, or it
 * issues for another key or from another CA
 */
export async function enrolOverScep(
  settings: ScepClientSettings,
  subject: EnrolSubject,
  authority?: DiscoveredAuthority,
): Promise<EnrolResult> {
  const known = authority ?? (await discoverAuthority(settings));
  const transaction = createTransaction(settings, known, subject);
  const reply = await pollWhilePending(settings, transaction, await transaction.enrol());
  return resultOf(reply, transaction, subject, known);
}

/**
 * Continues a pending enrolment with CertPoll. Pass the `transactionId` if another client sent the
 * request.
 * @throws ScepClientError as `enrolOverScep` does
 */
export async function pollOverScep(
  settings: ScepClientSettings,
  subject: EnrolSubject,
  authority: DiscoveredAuthority,
  transactionId?: string,
): Promise<EnrolResult> {
  const transaction = createTransaction(settings, authority, subject, transactionId);
  const reply = await pollWhilePending(settings, transaction, await transaction.poll());
  return resultOf(reply, transaction, subject, authority);
}

/** Polls while the server answers PENDING, as often as the settings allow. */
async function pollWhilePending(
  { poll, sleep }: ScepClientSettings,
  transaction: EnrolTransaction,
  first: CertRep,
): Promise<CertRep> {
  let reply = first;
  for (let polls = 0; reply.status === 'PENDING' && polls < poll.limit; polls += 1) {
    await sleep(poll.intervalMs);
    reply = await transaction.poll();
  }
  return reply;
}

function resultOf(
  reply: CertRep,
  { transactionId }: EnrolTransaction,
  subject: EnrolSubject,
  { ca }: DiscoveredAuthority,
): EnrolResult {
  switch (reply.status) {
    case 'PENDING':
      return { transactionId, status: 'pending' };
    case 'FAILURE':
      return { transactionId, status: 'refused', failInfo: reply.failInfo, text: reply.text };
    case 'SUCCESS':
      return { transactionId, status: 'issued', ...ourCertificate(reply, subject, ca) };
  }
}

/** The certificate for our key with its chain. The reply may contain other certificates. */
function ourCertificate(
  { certificates }: { readonly certificates: readonly Certificate[] },
  { request }: EnrolSubject,
  { chain }: CaCertificates,
): { certificate: Certificate; chain: readonly Certificate[] } {
  const ourKey = importPublicKey(request.subjectPublicKeyInfo);
  const certificate = readingReply('PKIOperation', () =>
    certificates.find(({ subjectPublicKeyInfo }) =>
      importPublicKey(subjectPublicKeyInfo).equals(ourKey),
    ),
  );
  if (certificate === undefined) {
    throw new ScepClientError('the server issued a certificate for another key than ours');
  }
  const issuer = chain.findIndex((authority) => isIssuedBy(certificate, authority));
  if (issuer < 0) {
    throw new ScepClientError('the server issued a certificate that the trusted CA did not sign');
  }
  return { certificate, chain: chain.slice(issuer) };
}
