import { DecodeError } from '../asn1/decode-error.ts';
import { isType } from '../asn1/expect-type.ts';
import { readBer } from '../asn1/read-ber.ts';
import type { Issuer } from '../issuer/issuer.ts';
import { type OpenedRequest, openPkiRequest } from '../scep/open-pki-request.ts';
import { Refusal } from '../scep/refusal.ts';
import { isSameName, reverseName } from '../x509/is-same-name.ts';
import { parseCertificate } from '../x509/parse-certificate.ts';
import type { Exchange } from './decider.ts';

/**
 * The messageData of GetCert and GetCRL (RFC 8894 sections 3.3.4 and 3.3.5), with the message it
 * came in.
 */
export interface IssuerAndSerialNumber {
  readonly opened: OpenedRequest;
  /** Name, DER. */
  readonly issuer: Uint8Array;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
}

/**
 * Opens a GetCert or GetCRL. Every fault looks like a missing certificate: the reply to a captured
 * PKCSReq envelope under another messageType must not tell whether it decrypts
 * (docs/rfc8894-conformance.md S2).
 * @throws Refusal 'certificate-not-found', or for an algorithm that is visible outside the envelope
 */
export function readIssuerAndSerialNumber({
  verified,
  addressed,
  policy,
}: Exchange): IssuerAndSerialNumber {
  try {
    const opened = openPkiRequest(verified, addressed, policy.algorithms);
    const [issuer, serial, ...others] = readBer(opened.content).children;
    if (issuer === undefined || !isType(serial, 'INTEGER') || others.length > 0) {
      throw new DecodeError('the messageData is not an IssuerAndSerialNumber');
    }
    return { opened, issuer: issuer.bytes, serialNumber: serial.content };
  } catch (error) {
    const hidden = error instanceof Refusal && error.failInfo === 'badMessageCheck';
    if (hidden || error instanceof DecodeError) {
      throw new Refusal('certificate-not-found', undefined, error);
    }
    throw error;
  }
}

/**
 * Requires that `name` is the connector's CA. The subject of an RA certificate counts too: sscep
 * takes the issuer's name from the certificate that it encrypts to. So does the reversed name:
 * jscep writes its relative names in the order of RFC 4514.
 * @throws Refusal 'certificate-not-found'; IssuerError
 */
export async function requireOwnIssuer(
  issuer: Issuer,
  { connector, raIdentities }: Exchange,
  name: Uint8Array,
): Promise<void> {
  const authority = await issuer.describeAuthority(connector.certificateAuthorityArn);
  const { subject } = parseCertificate(authority.certificate);
  const names = [subject, ...raIdentities.usable.map(({ certificate }) => certificate.subject)];
  const isOwn = names.some((own) => isSameName(own, name) || isSameName(reverseName(own), name));
  if (!isOwn) throw new Refusal('certificate-not-found');
}
