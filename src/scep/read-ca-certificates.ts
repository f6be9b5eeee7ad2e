import { DecodeError } from '../asn1/decode-error.ts';
import { parseSignedData } from '../cms/parse-signed-data.ts';
import { formatName } from '../x509/distinguished-name.ts';
import { isIssuedBy } from '../x509/is-issued-by.ts';
import { isSameName } from '../x509/is-same-name.ts';
import { type Certificate, parseCertificate } from '../x509/parse-certificate.ts';
import { importPublicKey } from '../x509/public-key.ts';
import { allowsKeyUsage, isAuthority, isOnlyForClients } from './certificate-roles.ts';
import { UntrustedReplyError } from './require-server-signature.ts';

/**
 * What a client learns from GetCACert. It is consistent, but not yet known to be from the right CA.
 */
export interface CaCertificates {
  /**
   * The certificate that requests are encrypted to: the registration authority's or, without one,
   * the issuing CA's.
   */
  readonly recipient: Certificate;
  /**
   * The issuing CA first, each certificate signed by the next, up to the root or the last that was
   * sent.
   */
  readonly chain: readonly Certificate[];
  /** The certificates that may sign a CertRep. */
  readonly signers: readonly Certificate[];
}

/**
 * Reads the body of a GetCACert reply (RFC 8894 section 4.2.1). Selects the certificates by their
 * roles, in any order, and verifies by signature that the issuing CA issued the recipient's
 * certificate and that the chain continues from there.
 * @throws DecodeError when it is not what the content type says; UntrustedReplyError when the
 *   certificates do not form a chain or one of them is not valid at `now`
 */
export function readCaCertificates(
  body: Uint8Array,
  contentType: string,
  now: Date,
): CaCertificates {
  const certificates = parseCaCertificates(body, contentType);
  const authorities = certificates.filter((certificate) => isAuthority(certificate));
  const registrationAuthorities = certificates.filter(
    (certificate) => !isAuthority(certificate) && !isOnlyForClients(certificate),
  );
  const recipient =
    registrationAuthorities.find((ra) => allowsKeyUsage(ra, 'keyEncipherment')) ??
    registrationAuthorities[0] ??
    lowestAuthority(authorities);
  if (importPublicKey(recipient.subjectPublicKeyInfo).asymmetricKeyType !== 'rsa') {
    throw new UntrustedReplyError(`"${subjectOf(recipient)}" has no RSA key to encrypt to`);
  }
  const chain = chainAbove(recipient, authorities);
  requireValid([recipient, ...chain], now);
  const [issuingCa] = chain;
  const signers = registrationAuthorities.filter((ra) => issuingCa && isIssuedBy(ra, issuingCa));
  return { recipient, chain, signers: [...signers, ...chain.slice(0, 1)] };
}

/** The certificates of a GetCACert reply, in its order. @throws DecodeError */
export function parseCaCertificates(body: Uint8Array, contentType: string): readonly Certificate[] {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === 'application/x-x509-ca-cert') return [parseCertificate(body)];
  if (mediaType === 'application/x-x509-ca-ra-cert') {
    return parseSignedData(body).certificates.map(parseCertificate);
  }
  throw new DecodeError('the content type is neither x-x509-ca-cert nor x-x509-ca-ra-cert');
}

/** The CA that issued none of the others. */
function lowestAuthority(authorities: readonly Certificate[]): Certificate {
  const lowest =
    authorities.find((one) => !authorities.some((other) => other !== one && names(other, one))) ??
    authorities[0];
  if (lowest === undefined) throw new UntrustedReplyError('there is no CA certificate');
  return lowest;
}

/** The chain from the issuing CA up. If the recipient is a CA, the chain begins with it. */
function chainAbove(
  recipient: Certificate,
  authorities: readonly Certificate[],
): readonly Certificate[] {
  const chain = isAuthority(recipient) ? [recipient] : [];
  for (let last = recipient; !names(last, last); ) {
    const issuer = issuerAmong(authorities, last, chain.length);
    if (issuer === undefined) break;
    if (chain.includes(issuer)) throw new UntrustedReplyError('the CA certificates form a circle');
    chain.push(issuer);
    last = issuer;
  }
  const top = chain.at(-1);
  if (top === undefined) {
    throw new UntrustedReplyError(`the CA that issued "${subjectOf(recipient)}" is missing`);
  }
  if (names(top, top) && !isIssuedBy(top, top)) {
    throw new UntrustedReplyError(`the signature of "${subjectOf(top)}" is wrong`);
  }
  return chain;
}

/**
 * The CA that signed `certificate`, which has `depth` CAs below it; undefined when no CA of that
 * name was sent.
 * @throws UntrustedReplyError when one was sent, but did not or may not have signed it
 */
function issuerAmong(
  authorities: readonly Certificate[],
  certificate: Certificate,
  depth: number,
): Certificate | undefined {
  const named = authorities.filter((authority) => names(certificate, authority));
  const issuer = named.find(
    (authority) =>
      isIssuedBy(certificate, authority) &&
      allowsKeyUsage(authority, 'keyCertSign') &&
      isAuthority(authority, depth),
  );
  if (issuer === undefined && named.length > 0) {
    throw new UntrustedReplyError(
      `"${subjectOf(certificate)}" is not signed by the CA it names as its issuer`,
    );
  }
  return issuer;
}

function requireValid(certificates: readonly Certificate[], now: Date): void {
  for (const certificate of certificates) {
    const { notBefore, notAfter } = certificate;
    if (now < notBefore || now > notAfter) {
      throw new UntrustedReplyError(
        `"${subjectOf(certificate)}" is valid from ${notBefore.toISOString()} to ${notAfter.toISOString()}, not now`,
      );
    }
  }
}

function names(certificate: Certificate, issuer: Certificate): boolean {
  return isSameName(certificate.issuer, issuer.subject);
}

function subjectOf({ subject }: Certificate): string {
  return formatName(subject);
}
