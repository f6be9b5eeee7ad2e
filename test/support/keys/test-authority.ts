import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { basicConstraintsExtension } from '../../../src/x509/basic-constraints.ts';
import { signCertificate } from '../../../src/x509/build-certificate.ts';
import { extendedKeyUsageExtension } from '../../../src/x509/extended-key-usage.ts';
import { derGeneralNames, type GeneralName } from '../../../src/x509/general-names.ts';
import {
  authorityKeyIdentifierExtension,
  keyIdentifierOf,
  subjectKeyIdentifierExtension,
} from '../../../src/x509/key-identifier.ts';
import { type KeyUsage, keyUsageExtension } from '../../../src/x509/key-usage.ts';
import { type Certificate, parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { createSigner } from '../../../src/x509/signing-algorithm.ts';

/** A key and the certificate for it. */
export interface Identity {
  readonly certificate: Certificate;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface IdentityOptions {
  readonly subject: string;
  /** Self-signed when absent. */
  readonly issuer?: Identity;
  /** An end entity when absent. */
  readonly ca?: { readonly pathLength?: number };
  readonly keyUsage?: readonly KeyUsage[];
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectAltName?: readonly GeneralName[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** The public key to certify; a new RSA-2048 pair when absent. */
  readonly keys?: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
}

export function rsaKeyPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

/** Makes a certificate for tests: any role in a chain, signed with SHA-256 and RSA. */
export function makeIdentity(options: IdentityOptions): Identity {
  const { publicKey, privateKey } = options.keys ?? rsaKeyPair();
  const subject = parseDistinguishedNameText(options.subject);
  const { ca, extendedKeyUsage, subjectAltName } = options;
  const keyUsage = options.keyUsage ?? (ca && (['keyCertSign', 'cRLSign'] as const));
  const subjectPublicKeyInfo = publicKey.export({ type: 'spki', format: 'der' });
  const issuerKey = options.issuer?.certificate.subjectPublicKeyInfo ?? subjectPublicKeyInfo;
  const der = signCertificate(
    {
      serialNumber: Buffer.concat([Buffer.of(1), randomBytes(15)]),
      signingAlgorithm: 'SHA256WITHRSA',
      issuer: options.issuer?.certificate.subject ?? subject,
      notBefore: options.notBefore ?? new Date(Date.now() - 3_600_000),
      notAfter: options.notAfter ?? new Date(Date.now() + 86_400_000),
      subject,
      subjectPublicKeyInfo,
      extensions: [
        basicConstraintsExtension(ca === undefined ? { ca: false } : { ca: true, ...ca }, true),
        subjectKeyIdentifierExtension(keyIdentifierOf(subjectPublicKeyInfo)),
        authorityKeyIdentifierExtension(keyIdentifierOf(issuerKey)),
        ...(keyUsage === undefined ? [] : [keyUsageExtension(keyUsage)]),
        ...(subjectAltName === undefined
          ? []
          : [{ oid: OID.subjectAltName, critical: false, value: derGeneralNames(subjectAltName) }]),
        ...(extendedKeyUsage === undefined ? [] : [extendedKeyUsageExtension(extendedKeyUsage)]),
      ],
    },
    createSigner(options.issuer?.privateKey ?? privateKey, 'SHA256WITHRSA'),
  );
  return { certificate: parseCertificate(der), publicKey, privateKey };
}
