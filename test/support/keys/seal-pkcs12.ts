import { createHmac } from 'node:crypto';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  derContext,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
} from '../../../src/asn1/write-der.ts';
import {
  derivePkcs12Key,
  PKCS12_PURPOSE,
  passphraseEncodings,
} from '../../../src/cms/derive-pkcs12-key.ts';
import { derAlgorithmIdentifier } from '../../../src/x509/algorithm-identifier.ts';

const SALT = Buffer.from('saltsalt');

/** A ContentInfo of Data. */
export function derData(content: Uint8Array): Uint8Array {
  return derSequence(derOid(OID.data), derContext(0, derOctetString(content)));
}

/** An AuthenticatedSafe of one part with one bag. */
export function safeOfBag(type: string, value: Uint8Array): Uint8Array {
  const bag = derSequence(derOid(type), derContext(0, value));
  return derSequence(derData(derSequence(bag)));
}

/** A PFX around an AuthenticatedSafe, valid or not, with a correct MAC under the passphrase. */
export function sealPkcs12(
  authenticatedSafe: Uint8Array,
  passphrase: string,
  { macOid = OID.sha256 as string, iterations = 2, encoding = firstEncoding(passphrase) } = {},
): Uint8Array {
  // The MAC need not be correct when there are more iterations than the reader accepts.
  const salting = { salt: SALT, iterations: iterations > 1_000_000 ? 1 : iterations };
  const key = derivePkcs12Key(encoding, salting, {
    ...{ digest: 'sha256', purpose: PKCS12_PURPOSE.mac, length: 32 },
  });
  const mac = createHmac('sha256', key).update(authenticatedSafe).digest();
  const digestInfo = derSequence(derAlgorithmIdentifier(macOid, derNull()), derOctetString(mac));
  return derSequence(
    derInteger(3),
    derData(authenticatedSafe),
    derSequence(digestInfo, derOctetString(SALT), derInteger(iterations)),
  );
}

function firstEncoding(passphrase: string): Uint8Array {
  return passphraseEncodings(passphrase)[0] ?? new Uint8Array();
}
