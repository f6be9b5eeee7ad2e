import { DecodeError } from '../../asn1/decode-error.ts';
import { decodePem } from '../../asn1/pem.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { type CertificateWithChain, IssuerError } from '../issuer.ts';

/**
 * Decodes the certificate and chain of an answer of AWS.
 * @throws IssuerError 'unavailable' when there is no readable certificate
 */
export function decodeChain(
  answer: {
    readonly Certificate?: string | undefined;
    readonly CertificateChain?: string | undefined;
  },
  arn: string,
): CertificateWithChain {
  try {
    const [certificate] = decodePem('CERTIFICATE', answer.Certificate ?? '');
    const chain = decodePem('CERTIFICATE', answer.CertificateChain ?? '');
    if (certificate !== undefined) {
      parseCertificate(certificate);
      return { certificate, chain };
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  throw new IssuerError('unavailable', `AWS Private CA returned no readable certificate of ${arn}`);
}
