import type { KeyObject } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { identifies } from '../cms/entity-identifier.ts';
import type { KeyTransport } from '../cms/key-transport.ts';
import {
  type EnvelopedData,
  type KeyTransportRecipient,
  parseEnvelopedData,
} from '../cms/parse-enveloped-data.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import type { PkiRequest } from './read-pki-message.ts';

/** One generation of the identity that clients encrypt to and that signs the replies. */
export interface Recipient {
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
  readonly keyTransport: KeyTransport;
}

/** An envelope and the identity of ours that it is encrypted to. */
export interface AddressedEnvelope<R extends Recipient> {
  readonly envelope: EnvelopedData;
  readonly recipientInfo: KeyTransportRecipient;
  readonly recipient: R;
}

/**
 * Finds the identity of ours that a request is encrypted to, without decrypting. Undefined when
 * there is none or the envelope cannot be read.
 */
export function findRecipient<R extends Recipient>(
  { signedData }: PkiRequest,
  recipients: readonly R[],
): AddressedEnvelope<R> | undefined {
  const envelope = readEnvelope(signedData.content);
  for (const recipient of envelope === undefined ? [] : recipients) {
    const recipientInfo = envelope?.recipients.find(({ id }) =>
      identifies(id, recipient.certificate),
    );
    if (envelope && recipientInfo) return { envelope, recipientInfo, recipient };
  }
  return undefined;
}

/** The envelope of a request; undefined when it cannot be read. */
export function readEnvelope(content: Uint8Array | undefined): EnvelopedData | undefined {
  try {
    return content && parseEnvelopedData(content);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
