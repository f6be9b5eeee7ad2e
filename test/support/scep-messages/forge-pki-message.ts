import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  derContext,
  derElement,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derPrintableString,
  derSequence,
  derSet,
  derSetOf,
} from '../../../src/asn1/write-der.ts';
import { type CipherName, contentCipher } from '../../../src/cms/content-ciphers.ts';
import { sealEnvelopedData } from '../../../src/cms/seal-enveloped-data.ts';
import { buildCertificationRequest } from '../../../src/x509/build-certification-request.ts';
import { derName } from '../../../src/x509/distinguished-name.ts';
import type { DigestName } from '../../../src/x509/signature-algorithms.ts';
import { createSigner } from '../../../src/x509/signing-algorithm.ts';
import { type GoldenIdentity, goldenIdentity } from './golden-identity.ts';

/** How a forged pkiMessage differs from a good PKCSReq of `renewing-device` to `ra`. */
export interface Forgery {
  /** The eContent; null omits it. */
  readonly content?: Uint8Array | null;
  readonly contentType?: string;
  readonly digest?: DigestName;
  readonly digestOid?: string;
  readonly signatureOid?: string;
  /** The signed attributes in the order sent; null omits them and signs the content itself. */
  readonly attributes?: readonly Uint8Array[] | null;
  /** Whether the signature covers the attributes as sent, or sorted as DER requires. */
  readonly signedOrder?: 'sent' | 'sorted';
  /** Replaces the signature. */
  readonly signature?: Uint8Array;
  readonly certificates?: readonly Uint8Array[];
  /** The SignerIdentifier, DER. */
  readonly signerIdentifier?: Uint8Array;
  readonly signers?: number;
  readonly signerKey?: KeyObject;
}

const DIGEST_OIDS = {
  md5: OID.md5,
  sha1: OID.sha1,
  sha256: OID.sha256,
  sha384: OID.sha384,
  sha512: OID.sha512,
} as const satisfies Record<DigestName, string>;

export const TRANSACTION_ID = 'forged transaction 1';
export const SENDER_NONCE = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const CHALLENGE = '0a1b2c3d-4e5f-4678-9abc-def012345678';

/** A PKCS #10 of `identity`, DER, with CHALLENGE inside. */
export function goldenCsr(identity: GoldenIdentity): Uint8Array {
  return buildCertificationRequest(
    {
      subject: derName([{ oid: OID.commonName, value: 'device' }]),
      subjectPublicKeyInfo: identity.publicKey.export({ format: 'der', type: 'spki' }),
      challengePassword: CHALLENGE,
    },
    'SHA256WITHRSA',
    createSigner(identity.privateKey, 'SHA256WITHRSA'),
  );
}

/** EnvelopedData with `content`, by default a PKCS #10, for the golden RA. */
export function goldenEnvelope(
  cipher: CipherName = 'aes128',
  content: Uint8Array = goldenCsr(goldenIdentity('renewing-device')),
): Uint8Array {
  return sealEnvelopedData(content, goldenIdentity('ra'), contentCipher(cipher), randomBytes);
}

/** An Attribute with any number of values, DER. */
export function attribute(oid: string, ...values: readonly Uint8Array[]): Uint8Array {
  return derSequence(derOid(oid), derSet(...values));
}

/** The signed attributes of a PKCSReq over `content`, by their names, DER each. */
export function requestAttributes(content: Uint8Array, digest: DigestName = 'sha256') {
  return {
    contentType: attribute(OID.contentType, derOid(OID.data)),
    messageDigest: attribute(
      OID.messageDigest,
      derOctetString(createHash(digest).update(content).digest()),
    ),
    messageType: attribute(OID.scepMessageType, derPrintableString('19')),
    transactionId: attribute(OID.scepTransactionId, derPrintableString(TRANSACTION_ID)),
    senderNonce: attribute(OID.scepSenderNonce, derOctetString(SENDER_NONCE)),
  };
}

/** A pkiMessage, DER but for the faults asked for. */
export function forgePkiMessage(forgery: Forgery = {}): Uint8Array {
  const device = goldenIdentity('renewing-device');
  const content = forgery.content === undefined ? goldenEnvelope() : forgery.content;
  const certificates = forgery.certificates ?? [device.certificate.der];
  const digestAlgorithm = derSequence(
    derOid(forgery.digestOid ?? DIGEST_OIDS[forgery.digest ?? 'sha256']),
    derNull(),
  );
  const signer = signerInfo(forgery, content ?? Buffer.alloc(0), digestAlgorithm, device);
  const encapsulated = derSequence(
    derOid(forgery.contentType ?? OID.data),
    ...(content === null ? [] : [derContext(0, derOctetString(content))]),
  );
  const signedData = derSequence(
    derInteger(1),
    derSet(digestAlgorithm),
    encapsulated,
    ...(certificates.length > 0 ? [derContext(0, ...certificates)] : []),
    derSet(...Array.from({ length: forgery.signers ?? 1 }, () => signer)),
  );
  return derSequence(derOid(OID.signedData), derContext(0, signedData));
}

function signerInfo(
  forgery: Forgery,
  content: Uint8Array,
  digestAlgorithm: Uint8Array,
  device: GoldenIdentity,
): Uint8Array {
  const { digest = 'sha256', signedOrder = 'sent' } = forgery;
  const { issuer, serialNumber } = device.certificate;
  const attributes =
    forgery.attributes === undefined
      ? Object.values(requestAttributes(content, digest))
      : forgery.attributes;
  const signed =
    signedOrder === 'sent' ? derSet(...(attributes ?? [])) : derSetOf(attributes ?? []);
  const key = forgery.signerKey ?? device.privateKey;
  const signature = sign(digest, attributes === null ? content : signed, key);
  return derSequence(
    derInteger(1),
    forgery.signerIdentifier ?? derSequence(issuer, derElement(0x02, serialNumber)),
    digestAlgorithm,
    ...(attributes === null ? [] : [derContext(0, ...attributes)]),
    derSequence(derOid(forgery.signatureOid ?? OID.rsaEncryption), derNull()),
    derOctetString(forgery.signature ?? signature),
  );
}
