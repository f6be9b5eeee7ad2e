import type { KeyObject } from 'node:crypto';
import { AwsError } from '../../aws-wire/aws-error.ts';
import {
  type CertificateFields,
  derSigned,
  derTbsCertificate,
} from '../../x509/build-certificate.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';
import { importPublicKey } from '../../x509/public-key.ts';
import type { SigningAlgorithm } from '../../x509/signing-algorithm.ts';
import { verifySignature } from '../../x509/verify-signature.ts';
import type { SigningContext } from '../keys/ca-signing-keys.ts';
import type { ResolvedValidity } from '../model/validity.ts';
import type { AuthorityRecord } from '../records/authority-record.ts';
import type { DistributionPoints } from '../revocation/distribution-points.ts';
import type { PublicPlaces } from '../revocation/revocation-urls.ts';
import type { PassedByApi } from './api-passthrough.ts';
import {
  type CertificateParts,
  composeCertificate,
  requirePermittedNames,
} from './compose-certificate.ts';
import { lintCertificate } from './lint-certificate.ts';
import type { Template } from './templates.ts';

type IssuingContext = SigningContext &
  PublicPlaces & { readonly distributionPoints: DistributionPoints };

/** What IssueCertificate asks an authority for, once its input has been checked. */
export interface CertificateOrder {
  readonly template: Template;
  /** Its signature and its key have been checked. */
  readonly csr: CertificationRequest;
  readonly api: PassedByApi;
  readonly validity: ResolvedValidity;
  readonly signingAlgorithm: SigningAlgorithm;
}

/** By the authority's SubjectPublicKeyInfo, as it was read from the store. */
const publicKeys = new WeakMap<Uint8Array, KeyObject>();

/** A certificate that is not on record yet: nobody may get it before `recordIssuance` has run. */
export interface MadeCertificate {
  /** 32 lower-case hexadecimal digits. */
  readonly serial: string;
  readonly templateName: string;
  /** DER. */
  readonly certificate: Uint8Array;
}

/**
 * Composes, lints and signs a certificate. Only the place of its CRL is stored.
 * @param authority in a status that allows it
 * @throws AwsError MalformedCSRException, InvalidArgsException or ValidationException for an order
 *   that cannot become a certificate; KeyStoreError
 */
export async function makeCertificate(
  ca: IssuingContext,
  authority: AuthorityRecord,
  order: CertificateOrder,
): Promise<MadeCertificate> {
  const parts = { authority, ...order, serialNumber: newSerialNumber(ca), places: ca };
  const { fields, tbs } = buildTbs(parts);
  await ca.distributionPoints.record(authority, fields);
  return {
    serial: Buffer.from(parts.serialNumber).toString('hex'),
    templateName: order.template.name,
    certificate: await signTbs(ca, authority, order.signingAlgorithm, tbs),
  };
}

/** 128 random bits, which the ARN shows as 32 digits; not zero. */
function newSerialNumber({ randomBytes }: IssuingContext): Uint8Array {
  const serialNumber = randomBytes(16);
  return serialNumber.some((octet) => octet !== 0) ? serialNumber : Buffer.alloc(16, 1);
}

/** The TBSCertificate for the authority to sign, already linted. */
function buildTbs(parts: CertificateParts): {
  readonly fields: CertificateFields;
  readonly tbs: Uint8Array;
} {
  const { fields, issuer } = composeCertificate(parts);
  const tbs = derTbsCertificate(fields);
  const faults = lintCertificate(tbs, fields);
  if (faults.length > 0) throw brokenRules(parts, faults);
  requirePermittedNames(fields, issuer);
  return { fields, tbs };
}

/**
 * Whose fault it is: the CSR's, unless ApiPassthrough added something, or the template passes
 * ApiPassthrough alone.
 */
function brokenRules({ template, api }: CertificateParts, faults: readonly string[]): AwsError {
  const { passthrough } = template;
  const apiHasSpoken = api.subject !== undefined || api.extensions.length > 0;
  const isApis = apiHasSpoken || (passthrough.api && !passthrough.csr);
  const message = `The certificate would break RFC 5280: ${faults.join('; ')}`;
  return new AwsError(isApis ? 'InvalidArgsException' : 'MalformedCSRException', message);
}

/**
 * Signs with the authority's key, and verifies the signature before anyone sees it: a faulty one
 * could give the key away.
 */
export async function signTbs(
  { signingKeys }: Pick<SigningContext, 'signingKeys'>,
  { id, subjectPublicKeyInfo }: Pick<AuthorityRecord, 'id' | 'subjectPublicKeyInfo'>,
  algorithm: SigningAlgorithm,
  tbs: Uint8Array,
): Promise<Uint8Array> {
  const key = await signingKeys.get(id);
  const certificate = derSigned(tbs, algorithm, await key.sign(algorithm, tbs));
  const { signatureAlgorithm, tbs: signed, signature } = parseCertificate(certificate);
  const publicKey = publicKeyOf(subjectPublicKeyInfo);
  if (verifySignature(signatureAlgorithm, publicKey, signed, signature)) return certificate;
  throw new Error(`the key of the authority ${id} made a signature that does not verify`);
}

function publicKeyOf(subjectPublicKeyInfo: Uint8Array): KeyObject {
  const known = publicKeys.get(subjectPublicKeyInfo);
  if (known !== undefined) return known;
  const imported = importPublicKey(subjectPublicKeyInfo);
  publicKeys.set(subjectPublicKeyInfo, imported);
  return imported;
}
