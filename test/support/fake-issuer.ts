import type { IssueRequest, Issuer } from '../../src/issuer/issuer.ts';
import { IssuerError } from '../../src/issuer/issuer.ts';
import { signCertificate } from '../../src/x509/build-certificate.ts';
import { parseCertificationRequest } from '../../src/x509/parse-certification-request.ts';
import { createSigner } from '../../src/x509/signing-algorithm.ts';
import type { Identity } from './test-authority.ts';
import { makeIdentity } from './test-authority.ts';

/** An issuer in memory that remembers what it was asked, recognises idempotency tokens, and can be told to fail. */
export interface FakeIssuer extends Issuer {
  readonly authority: Identity;
  readonly authorityArn: string;
  /** One for each certificate, not for each call. */
  readonly issued: readonly IssueRequest[];
  calls: number;
  /** Runs before each answer to issueCertificate: may wait or throw. */
  beforeIssue: (request: IssueRequest) => Promise<void> | void;
  /** Runs after issuing, before the caller learns of it: a throw here is an answer lost on the way. */
  afterIssue: (request: IssueRequest) => Promise<void> | void;
}

export function createFakeIssuer(): FakeIssuer {
  const authority = makeIdentity({
    subject: 'CN=Fake CA',
    ca: {},
    notAfter: new Date(Date.now() + 10 * 365 * 86_400_000),
  });
  const authorityArn =
    'arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/00000000-0000-4000-8000-000000000000';
  const byToken = new Map<string, string>();
  const certificates = new Map<string, Uint8Array>();
  const issued: IssueRequest[] = [];
  const fake: FakeIssuer = {
    authority,
    authorityArn,
    issued,
    calls: 0,
    beforeIssue: () => undefined,
    afterIssue: () => undefined,
    describeAuthority: async () => ({
      arn: authorityArn,
      status: 'ACTIVE',
      certificate: authority.certificate.der,
      chain: [],
    }),
    issueCertificate: async (request) => {
      fake.calls += 1;
      await fake.beforeIssue(request);
      const known = byToken.get(request.idempotencyToken);
      const arn = known ?? `${authorityArn}/certificate/${String(issued.length).padStart(32, '0')}`;
      if (known === undefined) {
        byToken.set(request.idempotencyToken, arn);
        issued.push(request);
        certificates.set(arn, certify(authority, request, issued.length));
      }
      await fake.afterIssue(request);
      return arn;
    },
    getCertificate: async (_authorityArn, arn) => {
      const certificate = certificates.get(arn);
      if (certificate === undefined) throw new IssuerError('not-found', `${arn} does not exist`);
      return { certificate, chain: [authority.certificate.der] };
    },
  };
  return fake;
}

function certify(authority: Identity, request: IssueRequest, serial: number): Uint8Array {
  const csr = parseCertificationRequest(request.csr);
  const fields = {
    serialNumber: Buffer.of(1, serial),
    signingAlgorithm: 'SHA256WITHRSA',
    issuer: authority.certificate.subject,
    notBefore: request.notBefore ?? new Date(Date.now() - 3_600_000),
    notAfter: request.notAfter,
    subject: csr.subject,
    subjectPublicKeyInfo: csr.subjectPublicKeyInfo,
    extensions: csr.extensions,
  } as const;
  return signCertificate(fields, createSigner(authority.privateKey, 'SHA256WITHRSA'));
}
