import { berToDer, octets } from '../asn1/ber-to-der.ts';
import { DecodeError } from '../asn1/decode-error.ts';
import { expectType, hasContextTag, readSmallInteger } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { readOid } from '../x509/read-oid.ts';
import { decryptByPassphrase, type Passphrase } from './decrypt-by-passphrase.ts';
import { parseContentInfo } from './parse-content-info.ts';
import { Pkcs12Error } from './pkcs12-error.ts';
import { verifyPkcs12Mac } from './verify-pkcs12-mac.ts';

/** A private key and the certificates in the same file. */
export interface OpenedPkcs12 {
  /** PrivateKeyInfo (PKCS #8), DER. */
  readonly privateKey: Uint8Array;
  /** DER, in the order of the file, which has no meaning. */
  readonly certificates: readonly Uint8Array[];
}

/** A SafeBag (RFC 7292 section 4.2). A shrouded key is still encrypted. */
interface SafeBag {
  readonly type: string;
  readonly value: BerElement;
}

const MAX_OCTETS = 1024 * 1024;
/** Programs write two or three. Each may be encrypted and so cost a key derivation. */
const MAX_PARTS = 8;
const MAX_BAGS = 50;

/**
 * Opens a PKCS #12 file (RFC 7292) with one key, in BER or DER, of at most 1 MiB. Verifies the MAC
 * before it reads anything else.
 * @param passphrase may be empty
 * @throws Pkcs12Error when the passphrase is wrong, an algorithm is not supported, the MAC is
 *   missing, or there is not exactly one key; DecodeError when malformed or out of bounds
 */
export function openPkcs12(bytes: Uint8Array, passphrase: string): OpenedPkcs12 {
  if (bytes.length > MAX_OCTETS) throw new DecodeError('it is larger than 1 MiB');
  const [version, authSafe, macData, ...others] = expectType(
    readBer(berToDer(bytes)),
    'SEQUENCE',
  ).children;
  if (readSmallInteger(version) !== 3 || others.length > 0) throw new DecodeError('it is no PFX');
  const content = dataOf(expectType(authSafe, 'SEQUENCE'));
  if (macData === undefined) {
    throw new Pkcs12Error('rewritable', 'it has no MAC, so nothing shows that it is unchanged');
  }
  const forms = { text: passphrase, octets: verifyPkcs12Mac(macData, content, passphrase) };
  const parts = expectType(readBer(berToDer(content)), 'SEQUENCE').children;
  if (parts.length > MAX_PARTS) throw new DecodeError(`it has more than ${MAX_PARTS} parts`);
  const bags = parts.flatMap((part) => readBags(safeContents(part, forms)));
  if (bags.length > MAX_BAGS) throw new DecodeError(`it has more than ${MAX_BAGS} bags`);
  return { privateKey: theKey(bags, forms), certificates: certificatesOf(bags) };
}

/** The octets of a ContentInfo with Data. */
function dataOf({ bytes }: BerElement): Uint8Array {
  const { contentType, content } = parseContentInfo(bytes);
  if (contentType === OID.data) return expectType(content, 'OCTET STRING').content;
  throw new Pkcs12Error('rewritable', 'it is sealed by public keys and not by a passphrase');
}

function safeContents(part: BerElement, passphrase: Passphrase): Uint8Array {
  const { contentType, content } = parseContentInfo(part.bytes);
  if (contentType !== OID.encryptedData) return dataOf(part);
  const [version, encryptedContentInfo] = expectType(content, 'SEQUENCE').children;
  readSmallInteger(version);
  const [type, algorithm, encrypted] = expectType(encryptedContentInfo, 'SEQUENCE').children;
  if (type === undefined || readOid(type) !== OID.data || !hasContextTag(encrypted, 0)) {
    throw new DecodeError('an encrypted part is malformed');
  }
  const identifier = readAlgorithmIdentifier(expectType(algorithm, 'SEQUENCE'));
  return decryptByPassphrase(identifier, octets(encrypted), passphrase);
}

function readBags(contents: Uint8Array): readonly SafeBag[] {
  return expectType(readBer(berToDer(contents)), 'SEQUENCE').children.map((bag) => {
    const [type, explicit] = expectType(bag, 'SEQUENCE').children;
    const value = hasContextTag(explicit, 0) ? explicit.children[0] : undefined;
    if (type === undefined || value === undefined) throw new DecodeError('a bag is malformed');
    return { type: readOid(type), value };
  });
}

function theKey(bags: readonly SafeBag[], passphrase: Passphrase): Uint8Array {
  const [bag, ...others] = bags.filter(
    ({ type }) => type === OID.keyBag || type === OID.pkcs8ShroudedKeyBag,
  );
  if (bag === undefined) throw new Pkcs12Error('otherContents', 'it holds no private key');
  if (others.length > 0) {
    throw new Pkcs12Error('otherContents', `it holds ${others.length + 1} private keys, not one`);
  }
  if (bag.type === OID.keyBag) return expectType(bag.value, 'SEQUENCE').bytes;
  const [algorithm, encrypted] = expectType(bag.value, 'SEQUENCE').children;
  const identifier = readAlgorithmIdentifier(expectType(algorithm, 'SEQUENCE'));
  const { content } = expectType(encrypted, 'OCTET STRING');
  return expectType(readBer(decryptByPassphrase(identifier, content, passphrase)), 'SEQUENCE')
    .bytes;
}

/** Ignores bags of other types. */
function certificatesOf(bags: readonly SafeBag[]): readonly Uint8Array[] {
  return bags
    .filter(({ type }) => type === OID.certBag)
    .map(({ value }) => {
      const [type, explicit] = expectType(value, 'SEQUENCE').children;
      if (type === undefined || readOid(type) !== OID.x509Certificate) {
        throw new DecodeError('a certificate is not X.509');
      }
      const certificate = hasContextTag(explicit, 0) ? explicit.children[0] : undefined;
      return expectType(certificate, 'OCTET STRING').content;
    });
}
