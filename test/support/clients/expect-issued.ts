import { expect } from 'vitest';
import { certificateSubject, certificateText, extensionValues, verifyChain } from './openssl.ts';

/** What the certificate must say, in OpenSSL's words. An absent member is not checked. */
export interface ExpectedCertificate {
  /** RFC 2253 form: "CN=device-1,O=Lab,C=US". */
  readonly subject: string;
  /** Such as "DNS:device-1.example". */
  readonly subjectAltName?: readonly string[];
  /** Such as "Digital Signature". */
  readonly keyUsage?: readonly string[];
  /** Such as "TLS Web Client Authentication". */
  readonly extendedKeyUsage?: readonly string[];
}

/**
 * Expects a PEM certificate that OpenSSL verifies against the CA and that has the requested
 * content.
 */
export async function expectIssued(
  certificateFile: string,
  caCertificateFile: string,
  expected: ExpectedCertificate,
): Promise<void> {
  expect(await verifyChain(certificateFile, caCertificateFile)).toMatch(/: OK$/);
  expect(await certificateSubject(certificateFile)).toBe(expected.subject);
  expect(await certificateText(certificateFile)).not.toContain('CA:TRUE');
  for (const extension of ['subjectAltName', 'keyUsage', 'extendedKeyUsage'] as const) {
    const values = expected[extension];
    if (values === undefined) continue;
    expect((await extensionValues(certificateFile, extension)).toSorted()).toEqual(
      values.toSorted(),
    );
  }
}
