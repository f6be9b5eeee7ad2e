import { DecodeError } from '../asn1/decode-error.ts';
import type { ContentCipher } from '../cms/content-ciphers.ts';
import { findCipherByOid } from '../cms/content-ciphers.ts';
import { identifies } from '../cms/entity-identifier.ts';
import { openEnvelopedData } from '../cms/open-enveloped-data.ts';
import type { EnvelopedData } from '../cms/parse-enveloped-data.ts';
import { parseEnvelopedData } from '../cms/parse-enveloped-data.ts';
import type { KeyTransport } from '../cms/rsa-key-transport.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import type { AlgorithmPolicy } from './algorithm-policy.ts';
import { acceptsCipher } from './algorithm-policy.ts';
import { Refusal } from './refusal.ts';
import type { VerifiedRequest } from './verify-pki-request.ts';

/** One generation of the key and certificate that clients encrypt to. */
export interface Recipient {
  readonly certificate: Certificate;
  readonly keyTransport: KeyTransport;
}

/** A request whose envelope has been opened. What is inside has not been looked at. */
export interface OpenedRequest extends VerifiedRequest {
  /** The messageData: for a PKCSReq, a PKCS #10. */
  readonly content: Uint8Array;
  readonly cipher: ContentCipher;
}

/**
 * Opens the envelope of a request with whichever of `recipients` it was encrypted to.
 * @throws Refusal 'message-check' whenever that does not work out, whatever the reason (protocol S2);
 * 'algorithm-unsupported' or 'algorithm-not-allowed' for what stands in the clear beside the ciphertext.
 */
export function openPkiRequest(
  verified: VerifiedRequest,
  policy: AlgorithmPolicy,
  recipients: readonly Recipient[],
): OpenedRequest {
  try {
    const envelope = parseEnvelopedData(verified.request.signedData.content ?? new Uint8Array());
    const cipher = acceptedCipher(envelope, policy);
    const content = openFor(envelope, cipher, recipients);
    if (content === undefined) throw new Refusal('message-check');
    return { ...verified, content, cipher };
  } catch (error) {
    if (error instanceof UnsupportedAlgorithmError) {
      throw new Refusal('algorithm-unsupported', error.oid);
    }
    if (error instanceof DecodeError) throw new Refusal('message-check');
    throw error;
  }
}

function acceptedCipher(
  { contentEncryption }: EnvelopedData,
  policy: AlgorithmPolicy,
): ContentCipher {
  const cipher = findCipherByOid(contentEncryption.oid);
  if (cipher === undefined) throw new UnsupportedAlgorithmError(contentEncryption.oid);
  if (!acceptsCipher(policy, cipher.name)) throw new Refusal('algorithm-not-allowed', cipher.name);
  return cipher;
}

function openFor(
  envelope: EnvelopedData,
  cipher: ContentCipher,
  recipients: readonly Recipient[],
): Uint8Array | undefined {
  for (const { certificate, keyTransport } of recipients) {
    const ours = envelope.recipients.find(({ id }) => identifies(id, certificate));
    if (ours !== undefined) return openEnvelopedData(envelope, ours, cipher, keyTransport);
  }
  return undefined;
}
