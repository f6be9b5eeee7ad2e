import { type AsnType, BaseBlock, Constructed, fromBER } from 'asn1js';
import {
  type AlgorithmIdentifier as PkijsAlgorithmIdentifier,
  Certificate as PkijsCertificate,
} from 'pkijs';
import type { CertificateFields } from './build-certificate.ts';
import { SIGNING_ALGORITHMS, signingAlgorithmParameters } from './signing-algorithm.ts';

/**
 * Every field of RFC 5280 section 4.1 except the signature value, each as text that is equal only
 * for equal values.
 */
interface Description {
  readonly version: string;
  readonly serialNumber: string;
  readonly signature: string;
  readonly issuer: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly subject: string;
  readonly subjectPublicKeyInfo: string;
  /**
   * Number of fields inside and after the TBSCertificate, because pkijs ignores unexpected fields.
   */
  readonly fieldCount: string;
  readonly extensions: string;
  readonly signatureAlgorithm: string;
}

const VERSION_3 = '2';
const SUBJECT_PUBLIC_KEY_INFO = 6;

/**
 * Compares a certificate with the fields it was built from, as pkijs reads it, which shares no code
 * with the builder (docs/adr/0001-decoding.md). Does not verify the signature.
 * @param certificate DER that we built ourselves: a foreign one could take seconds
 * @returns the names of the fields that differ, as in RFC 5280; 'certificate' when pkijs cannot
 *   read it; empty when all are equal
 */
export function readBackCertificate(
  certificate: Uint8Array,
  meant: CertificateFields,
): readonly string[] {
  const read = describeRead(certificate);
  if (read === undefined) return ['certificate'];
  const expected = describeMeant(meant);
  const fields = Object.keys(expected) as (keyof Description)[];
  return fields.filter((field) => read[field] !== expected[field]);
}

function describeMeant(meant: CertificateFields): Description {
  const { signingAlgorithm } = meant;
  const { oid } = SIGNING_ALGORITHMS[signingAlgorithm];
  const algorithm = `${oid} ${hex(signingAlgorithmParameters(signingAlgorithm))}`;
  return {
    version: VERSION_3,
    serialNumber: BigInt(`0x${hex(meant.serialNumber)}`).toString(),
    signature: algorithm,
    issuer: hex(meant.issuer),
    notBefore: wholeSeconds(meant.notBefore),
    notAfter: wholeSeconds(meant.notAfter),
    subject: hex(meant.subject),
    subjectPublicKeyInfo: hex(meant.subjectPublicKeyInfo),
    fieldCount: meant.extensions.length > 0 ? '8 2' : '7 2',
    extensions: meant.extensions
      .map(({ oid, critical, value }) => `${oid} ${critical} ${hex(value)}`)
      .join(),
    signatureAlgorithm: algorithm,
  };
}

function describeRead(certificate: Uint8Array): Description | undefined {
  try {
    const { result } = fromBER(certificate);
    const read = new PkijsCertificate({ schema: result });
    const [tbs, ...rest] = elementsOf(result);
    const fields = elementsOf(tbs);
    return {
      version: String(read.version),
      // Signed, so that a serial number without its leading zero differs.
      serialNumber: read.serialNumber.toBigInt().toString(),
      signature: describeAlgorithm(read.signature),
      issuer: hex(new Uint8Array(read.issuer.valueBeforeDecode)),
      notBefore: wholeSeconds(read.notBefore.value),
      notAfter: wholeSeconds(read.notAfter.value),
      subject: hex(new Uint8Array(read.subject.valueBeforeDecode)),
      subjectPublicKeyInfo: hex(fields[SUBJECT_PUBLIC_KEY_INFO]?.valueBeforeDecodeView),
      fieldCount: `${fields.length} ${rest.length}`,
      extensions: (read.extensions ?? [])
        .map(({ extnID, critical, extnValue }) => {
          return `${dotted(extnID)} ${critical} ${hex(extnValue.valueBlock.valueHexView)}`;
        })
        .join(),
      signatureAlgorithm: describeAlgorithm(read.signatureAlgorithm),
    };
  } catch {
    // Whatever the library throws: it cannot read what we are about to sign.
    return undefined;
  }
}

function describeAlgorithm({ algorithmId, algorithmParams }: PkijsAlgorithmIdentifier): string {
  const parameters: unknown = algorithmParams;
  const bytes = parameters instanceof BaseBlock ? parameters.valueBeforeDecodeView : undefined;
  return `${algorithmId} ${hex(bytes)}`;
}

/**
 * asn1js writes an arc beyond 2^53 as its groups of seven bits, each as an octet in hexadecimal:
 * {0102}.
 */
function dotted(oid: string): string {
  return oid.replaceAll(/\{((?:[0-7][\da-f])+)\}/g, (_, groups: string) =>
    [...Buffer.from(groups, 'hex')]
      .reduce((arc, group) => arc * 128n + BigInt(group), 0n)
      .toString(),
  );
}

function elementsOf(block: AsnType | undefined): readonly AsnType[] {
  return block instanceof Constructed ? block.valueBlock.value : [];
}

function wholeSeconds(time: Date): string {
  return String(Math.floor(time.getTime() / 1_000));
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}
