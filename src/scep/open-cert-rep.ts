import type { KeyObject } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { type ContentCipher, findCipherByOid } from '../cms/content-ciphers.ts';
import { identifies } from '../cms/entity-identifier.ts';
import { createKeyTransport } from '../cms/key-transport.ts';
import { openEnvelopedData } from '../cms/open-enveloped-data.ts';
import { openPasswordEnvelopeSync } from '../cms/open-password-envelope.ts';
import { type EnvelopedData, parseEnvelopedData } from '../cms/parse-enveloped-data.ts';
import { parseSignedData } from '../cms/parse-signed-data.ts';
import { type Certificate, parseCertificate } from '../x509/parse-certificate.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import { type AlgorithmPolicy, acceptsCipher } from './algorithm-policy.ts';
import { UntrustedReplyError } from './require-server-signature.ts';

/**
 * The recipient of a reply: it signed the request with `privateKey`, whose certificate is
 * `certificate`.
 */
export interface ReplyRecipient {
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
  /** Decrypts the reply when the key is not RSA (RFC 8894 section 3.1). */
  readonly challengePassword?: string | undefined;
}

/**
 * The contents of a CertRep SUCCESS: certificates, or a CRL in reply to GetCRL. One of the two is
 * never empty.
 */
export interface CertRepContents {
  /** In the order sent. The caller must check that they are what was requested. */
  readonly certificates: readonly Certificate[];
  /** DER each. Not verified. */
  readonly crls: readonly Uint8Array[];
}

/**
 * The contents of a CertRep SUCCESS: a degenerate SignedData in an envelope for the recipient.
 * @throws DecodeError when it cannot be opened or is empty; UntrustedReplyError for a cipher that
 *   the policy does not accept; UnsupportedAlgorithmError for an unsupported one
 */
export function openCertRep(
  content: Uint8Array | undefined,
  policy: AlgorithmPolicy,
  recipient: ReplyRecipient,
): CertRepContents {
  const envelope = parseEnvelopedData(content ?? new Uint8Array());
  const cipher = findCipherByOid(envelope.contentEncryption.oid);
  if (cipher === undefined) throw new UnsupportedAlgorithmError(envelope.contentEncryption.oid);
  if (!acceptsCipher(policy, cipher.name)) {
    throw new UntrustedReplyError(
      `the reply is encrypted with ${cipher.name}, which is not accepted`,
    );
  }
  const opened = open(envelope, cipher, recipient);
  if (opened === undefined) throw new DecodeError('the reply cannot be decrypted with our key');
  const { certificates, crls } = parseSignedData(opened);
  if (certificates.length + crls.length === 0) {
    throw new DecodeError('the reply holds neither a certificate nor a CRL');
  }
  return { certificates: certificates.map(parseCertificate), crls };
}

function open(
  envelope: EnvelopedData,
  cipher: ContentCipher,
  { certificate, privateKey, challengePassword }: ReplyRecipient,
): Uint8Array | undefined {
  if (privateKey.asymmetricKeyType === 'rsa') {
    const ours = envelope.recipients.find(({ id }) => identifies(id, certificate));
    return ours && openEnvelopedData(envelope, ours, cipher, createKeyTransport(privateKey));
  }
  if (challengePassword === undefined) return undefined;
  return openPasswordEnvelopeSync(envelope, cipher, challengePassword);
}
