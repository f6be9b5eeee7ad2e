import { derIssuerAndSerialNumber, identifies } from '../../cms/entity-identifier.ts';
import type { ReplyRecipient } from '../../scep/open-cert-rep.ts';
import type { FailInfo } from '../../scep/pki-status.ts';
import type { CertRep } from '../../scep/read-cert-rep.ts';
import { readNextCaCertificates } from '../../scep/read-next-ca-certificates.ts';
import { isIssuedBy } from '../../x509/is-issued-by.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import { parseCrl } from '../../x509/parse-crl.ts';
import { exchangePkiMessage, expectedSignature } from './exchange-pki-message.ts';
import { readingReply, ScepClientError } from './scep-client-error.ts';
import type { DiscoveredAuthority, ScepClientSettings } from './scep-client-settings.ts';
import { sendScepOperation } from './send-scep-operation.ts';

/** The result of a look-up, or why the server refused it. */
export type LookUpResult<Found> =
  | { readonly status: 'found'; readonly found: Found }
  | {
      readonly status: 'refused';
      readonly failInfo: FailInfo;
      readonly text: string | undefined;
    };

/** The issuer Name in DER, and the content octets of the serial number. */
export type CertificateName = Pick<Certificate, 'issuer' | 'serialNumber'>;

/**
 * GetCert (RFC 8894 section 4.5): the named certificate, which the trusted CA must have signed.
 * @throws ScepClientError as `enrolOverScep` does, and for any other certificate
 */
export async function getCertificateOverScep(
  settings: ScepClientSettings,
  authority: DiscoveredAuthority,
  signer: ReplyRecipient,
  name: CertificateName,
): Promise<LookUpResult<Certificate>> {
  const reply = await lookUp(settings, authority, signer, { type: 'GetCert', name });
  return found(reply, ({ certificates }) => {
    const certificate = certificates.find((candidate) =>
      identifies({ kind: 'issuerAndSerialNumber', ...name }, candidate),
    );
    if (certificate === undefined) {
      throw new ScepClientError('the server sent another certificate than the requested one');
    }
    if (!authority.ca.chain.some((issuer) => isIssuedBy(certificate, issuer))) {
      throw new ScepClientError('the server gave a certificate that the trusted CA did not sign');
    }
    return certificate;
  });
}

/**
 * GetCRL (RFC 8894 section 4.6): the latest CRL, in DER, of the CA that issued the named
 * certificate.
 * @throws ScepClientError as `enrolOverScep` does, and when no CRL in the reply is signed by the
 * trusted CA
 */
export async function getCrlOverScep(
  settings: ScepClientSettings,
  authority: DiscoveredAuthority,
  signer: ReplyRecipient,
  name: CertificateName,
): Promise<LookUpResult<Uint8Array>> {
  const reply = await lookUp(settings, authority, signer, { type: 'GetCRL', name });
  return found(reply, ({ crls: [crl] }) => {
    if (crl === undefined) throw new ScepClientError('the reply to GetCRL holds no CRL');
    const parsed = readingReply('GetCRL', () => parseCrl(crl));
    if (!authority.ca.chain.some((issuer) => isIssuedBy(parsed, issuer))) {
      throw new ScepClientError('the server gave a CRL that the trusted CA did not sign');
    }
    return crl;
  });
}

/**
 * GetNextCACert (RFC 8894 section 4.7): the certificates after the rollover, signed by the current
 * CA or RA.
 * @throws ScepClientError when the server has none yet, or the signer is not trusted
 */
export async function getNextCaOverScep(
  { server }: ScepClientSettings,
  authority: DiscoveredAuthority,
): Promise<readonly Certificate[]> {
  const reply = await sendScepOperation(server, { operation: 'GetNextCACert', method: 'GET' });
  if (reply.status !== 200) {
    throw new ScepClientError(
      `GetNextCACert failed: HTTP ${reply.status}. A server answers it only while a rollover is announced`,
    );
  }
  return readingReply('GetNextCACert', () =>
    readNextCaCertificates(reply.body, reply.contentType, expectedSignature(authority)),
  );
}

function lookUp(
  settings: ScepClientSettings,
  authority: DiscoveredAuthority,
  signer: ReplyRecipient,
  { type, name }: { readonly type: 'GetCert' | 'GetCRL'; readonly name: CertificateName },
): Promise<CertRep> {
  const transactionId = Buffer.from(settings.randomBytes(16)).toString('hex');
  const content = derIssuerAndSerialNumber(name);
  return exchangePkiMessage(settings, authority, { type, content, transactionId, signer });
}

function found<Found>(
  reply: CertRep,
  find: (contents: Extract<CertRep, { status: 'SUCCESS' }>) => Found,
): LookUpResult<Found> {
  switch (reply.status) {
    case 'SUCCESS':
      return { status: 'found', found: find(reply) };
    case 'FAILURE':
      return { status: 'refused', failInfo: reply.failInfo, text: reply.text };
    case 'PENDING':
      throw new ScepClientError('the server answers PENDING, which is no answer to a look-up');
  }
}
