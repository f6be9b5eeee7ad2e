import { createPublicKey, type KeyObject } from 'node:crypto';
import { OID } from '../../asn1/object-identifiers.ts';
import { derElement, derSequence } from '../../asn1/write-der.ts';
import { UsageError } from '../../config/usage-error.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import {
  buildCertificationRequest,
  type CertificationRequestFields,
} from '../../x509/build-certification-request.ts';
import { extendedKeyUsageExtension } from '../../x509/extended-key-usage.ts';
import type { Extension } from '../../x509/extensions.ts';
import { derGeneralNames, type GeneralName } from '../../x509/general-names.ts';
import { keyUsageExtension } from '../../x509/key-usage.ts';
import {
  type Attribute,
  type CertificationRequest,
  parseCertificationRequest,
} from '../../x509/parse-certification-request.ts';
import { parseDistinguishedNameText } from '../../x509/parse-distinguished-name-text.ts';
import { createSigner, signingAlgorithmFor } from '../../x509/signing-algorithm.ts';
import { KEY_USAGES_BY_TYPE, type KeySpec } from '../terminal/key-algorithm.ts';
import type { EnrolOptions } from './options.ts';

/** The contents of a request without its key. */
export type RequestContents = Omit<CertificationRequestFields, 'subjectPublicKeyInfo'>;

const BMP_STRING = 0x1e;

/** @throws UsageError when the subject is missing or a name is malformed. */
export function requestContents(
  options: EnrolOptions,
  challengePassword: string | undefined,
  keyType: KeySpec['type'] = 'rsa',
): RequestContents {
  if (options.subject === undefined) {
    throw new UsageError(
      'use --subject, as in --subject "CN=device-1", or --csr for a finished request',
    );
  }
  try {
    return omitUndefined({
      subject: parseDistinguishedNameText(options.subject),
      extensions: requestedExtensions(options, keyType),
      challengePassword,
      attributes:
        options.validityDays === undefined ? undefined : validityAttributes(options.validityDays),
    });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

/**
 * Signs the request. RSA PKCS #1 signatures are deterministic, so that the same key and contents
 * make the same bytes.
 */
export function signRequest(
  contents: RequestContents,
  privateKey: KeyObject,
): CertificationRequest {
  const subjectPublicKeyInfo = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const algorithm = signingAlgorithmFor(privateKey);
  const der = buildCertificationRequest(
    { ...contents, subjectPublicKeyInfo },
    algorithm,
    createSigner(privateKey, algorithm),
  );
  return parseCertificationRequest(der);
}

function requestedExtensions(options: EnrolOptions, keyType: KeySpec['type']): Extension[] {
  const { keyUsage = KEY_USAGES_BY_TYPE[keyType], extendedKeyUsage } = options;
  const names = alternativeNames(options);
  return [
    keyUsageExtension(keyUsage),
    ...(extendedKeyUsage === undefined ? [] : [extendedKeyUsageExtension(extendedKeyUsage)]),
    ...(names.length === 0
      ? []
      : [{ oid: OID.subjectAltName, critical: false, value: derGeneralNames(names) }]),
  ];
}

function alternativeNames(options: EnrolOptions): GeneralName[] {
  const { dns = [], ip = [], email = [], uri = [], upn = [] } = options;
  const named = (kind: GeneralNameKind, values: readonly string[]): GeneralName[] =>
    values.map((value) => ({ kind, value }));
  return [
    ...named('dNSName', dns),
    ...named('iPAddress', ip),
    ...named('rfc822Name', email),
    ...named('uniformResourceIdentifier', uri),
    ...named('userPrincipalName', upn),
  ];
}

type GeneralNameKind =
  | 'dNSName'
  | 'iPAddress'
  | 'rfc822Name'
  | 'uniformResourceIdentifier'
  | 'userPrincipalName';

/** The attributes by which Windows clients ask for a validity period (MS-WCCE 2.2.2.7.10). */
function validityAttributes(days: number): Attribute[] {
  return [
    nameValuePair('ValidityPeriod', 'Days'),
    nameValuePair('ValidityPeriodUnits', String(days)),
  ];
}

function nameValuePair(name: string, value: string): Attribute {
  const bmpString = (text: string) => derElement(BMP_STRING, Buffer.from(text, 'utf16le').swap16());
  return {
    oid: OID.microsoftEnrollmentNameValuePair,
    values: [derSequence(bmpString(name), bmpString(value))],
  };
}
