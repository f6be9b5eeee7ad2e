import type { PkiOperationResult } from '../../../src/enrolment/handle-pki-operation.ts';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import { type CertRep, readCertRep } from '../../../src/scep/read-cert-rep.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import type { TestDevice } from './test-device.ts';

type Answered = Pick<PkiOperationResult, 'certRep' | 'request'>;

/** What the client reads from a reply, by the client's own code. Legacy algorithms are accepted. */
export function readReply(
  { certRep, request }: Answered,
  ra: Certificate,
  recipient: TestDevice & { readonly challengePassword?: string },
): CertRep {
  const expected = {
    transactionId: request.attributes.transactionId,
    senderNonce: request.senderNonce,
    signers: [ra],
    policy: { ...MODERN_ALGORITHMS, allowSha1: true, allowSingleDes: true },
  };
  return readCertRep(certRep, expected, recipient);
}

/** The certificate in a reply. @throws Error when the reply is not SUCCESS. */
export function issuedCertificate(
  result: Answered,
  ra: Certificate,
  recipient: TestDevice & { readonly challengePassword?: string },
): Certificate {
  const reply = readReply(result, ra, recipient);
  const [certificate] = reply.status === 'SUCCESS' ? reply.certificates : [];
  if (certificate === undefined) throw new Error(`the reply is ${JSON.stringify(reply)}`);
  return certificate;
}
