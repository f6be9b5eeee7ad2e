import { DecodeError } from '../asn1/decode-error.ts';
import { type ContentCipher, findCipherByOid } from '../cms/content-ciphers.ts';
import { DerivationBusyError } from '../cms/derivation-lane.ts';
import { openEnvelopedData } from '../cms/open-enveloped-data.ts';
import { openPasswordEnvelope } from '../cms/open-password-envelope.ts';
import type { EnvelopedData } from '../cms/parse-enveloped-data.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import { type AlgorithmPolicy, acceptsCipher } from './algorithm-policy.ts';
import { type AddressedEnvelope, type Recipient, readEnvelope } from './find-recipient.ts';
import { Refusal } from './refusal.ts';
import type { VerifiedRequest } from './verify-pki-request.ts';

/** A request whose envelope has been opened. Its content has not been examined. */
export interface OpenedRequest extends VerifiedRequest {
  /** The messageData, for example a PKCS #10 for a PKCSReq. */
  readonly content: Uint8Array;
  readonly cipher: ContentCipher;
}

/**
 * Opens the envelope of a verified request; `addressed` is the result of `findRecipient` for it.
 * @throws Refusal 'recipient-unknown' when it is for nobody here; 'message-check' whenever opening
 *   fails, whatever the reason, so that failures cannot be told apart; 'algorithm-unsupported' or
 *   'algorithm-not-allowed' for what is unencrypted beside the ciphertext
 */
export function openPkiRequest(
  verified: VerifiedRequest,
  addressed: AddressedEnvelope<Recipient> | undefined,
  policy: AlgorithmPolicy,
): OpenedRequest {
  if (addressed === undefined) {
    requireEnvelope(verified);
    throw new Refusal('recipient-unknown');
  }
  const { envelope, recipientInfo, recipient } = addressed;
  try {
    const cipher = acceptedCipher(envelope, policy);
    const content = openEnvelopedData(envelope, recipientInfo, cipher, recipient.keyTransport);
    if (content === undefined) throw new Refusal('message-check', 'the envelope does not open');
    return { ...verified, content, cipher };
  } catch (error) {
    throw refusalOfOpening(error);
  }
}

/** A request that was encrypted by a challenge password, and the password. */
export interface RequestOpenedByPassword extends OpenedRequest {
  readonly password: string;
}

/**
 * Opens a request that is not encrypted to any of our identities but may be by a challenge password
 * (RFC 8894 section 3.1). Requests the first few of `passwords` only if the envelope has a
 * PasswordRecipientInfo that is worth trying.
 * @throws Refusal as `openPkiRequest`; ServerBusyError
 */
export async function openPasswordRequest(
  verified: VerifiedRequest,
  passwords: AsyncIterable<string> | Iterable<string>,
  policy: AlgorithmPolicy,
): Promise<RequestOpenedByPassword> {
  const envelope = requireEnvelope(verified);
  if (envelope.passwordRecipients.length === 0) throw new Refusal('recipient-unknown');
  try {
    const cipher = acceptedCipher(envelope, policy);
    const opened = await openPasswordEnvelope(envelope, cipher, passwords);
    if (opened === undefined) throw new Refusal('message-check', 'the envelope does not open');
    return { ...verified, ...opened, cipher };
  } catch (error) {
    throw refusalOfOpening(error);
  }
}

function requireEnvelope({ request }: VerifiedRequest): EnvelopedData {
  const envelope = readEnvelope(request.signedData.content);
  if (envelope === undefined) throw new Refusal('message-check', 'it holds no readable envelope');
  return envelope;
}

/** The server cannot open the request now; the same one may be opened soon. */
export class ServerBusyError extends Error {
  override readonly name = 'ServerBusyError';
}

function refusalOfOpening(error: unknown): unknown {
  if (error instanceof DerivationBusyError) return new ServerBusyError(error.message);
  if (error instanceof UnsupportedAlgorithmError) {
    return new Refusal('algorithm-unsupported', error.oid);
  }
  if (error instanceof DecodeError) return new Refusal('message-check', error.message);
  return error;
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
