import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  type IssueRequest,
  type Issuer,
  IssuerError,
  type IssuerFault,
} from '../../../src/issuer/issuer.ts';
import { derSigned, signCertificate } from '../../../src/x509/build-certificate.ts';
import {
  type CrlReason,
  derRevokedCertificate,
  derTbsCertList,
} from '../../../src/x509/build-crl.ts';
import { hasNoGeneralNames } from '../../../src/x509/general-names.ts';
import { keyIdentifierOf } from '../../../src/x509/key-identifier.ts';
import { parseCertificationRequest } from '../../../src/x509/parse-certification-request.ts';
import { createSigner } from '../../../src/x509/signing-algorithm.ts';
import { type Identity, makeIdentity, rsaKeyPair } from '../keys/test-authority.ts';

interface Revocation {
  readonly revokedAt: Date;
  readonly reason: CrlReason;
}

/**
 * An issuer in memory that records requests, recognises idempotency tokens, and fails when it is
 * told to.
 */
export interface FakeIssuer extends Issuer {
  readonly authority: Identity;
  readonly authorityArn: string;
  /** One entry for each certificate, not for each call. */
  readonly issued: readonly IssueRequest[];
  calls: number;
  /** Runs before each answer to issueCertificate. It may wait or throw. */
  beforeIssue: (request: IssueRequest) => Promise<void> | void;
  /**
   * Runs after issuing, before the caller gets the answer. A throw here stands for a lost answer.
   */
  afterIssue: (request: IssueRequest) => Promise<void> | void;
  /**
   * Simulates a slow authority: while true, getCertificate returns undefined for certificates that
   * exist.
   */
  holdsCertificates: boolean;
  /** The next `times` calls of issueCertificate throw this fault before anything is issued. */
  failIssuing(fault: IssuerFault, times: number): void;
  /** AWS forgets a token five minutes after its use. */
  forgetTokens(): void;
  /** Content octets of the INTEGER, with or without leading zeros. */
  revoke(serialNumber: Uint8Array, reason?: CrlReason): void;
  /** False for an authority that publishes no CRL. */
  keepsRevocationList: boolean;
}

/**
 * One key for a test file, because making it takes longer than most tests: all fakes of a file are
 * the same CA.
 */
let keys: ReturnType<typeof rsaKeyPair> | undefined;

/** @param clock the CA's time, in milliseconds since the epoch */
export function createFakeIssuer(clock: () => number = Date.now): FakeIssuer {
  keys ??= rsaKeyPair();
  const authority = makeIdentity({
    keys,
    subject: 'CN=Fake CA',
    ca: {},
    notAfter: new Date(Date.now() + 10 * 365 * 86_400_000),
  });
  const authorityArn =
    'arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/00000000-0000-4000-8000-000000000000';
  const byToken = new Map<string, string>();
  const certificates = new Map<string, Uint8Array>();
  const issued: IssueRequest[] = [];
  const revoked = new Map<string, Revocation>();
  let failures: readonly IssuerFault[] = [];
  const fake: FakeIssuer = {
    authority,
    authorityArn,
    issued,
    calls: 0,
    beforeIssue: () => undefined,
    afterIssue: () => undefined,
    holdsCertificates: false,
    keepsRevocationList: true,
    failIssuing(fault, times) {
      failures = Array.from({ length: times }, () => fault);
    },
    forgetTokens: () => byToken.clear(),
    revoke(serialNumber, reason = 'superseded') {
      revoked.set(serialOf(serialNumber), { revokedAt: new Date(), reason });
    },
    describeAuthority: async () => ({
      arn: authorityArn,
      status: 'ACTIVE',
      certificate: authority.certificate.der,
      chain: [],
    }),
    issueCertificate: async (request) => {
      fake.calls += 1;
      const [fault, ...later] = failures;
      failures = later;
      if (fault !== undefined) throw new IssuerError(fault, `the fake authority is ${fault}`);
      await fake.beforeIssue(request);
      const known = byToken.get(request.idempotencyToken);
      const arn = known ?? `${authorityArn}/certificate/${String(issued.length).padStart(32, '0')}`;
      if (known === undefined) {
        byToken.set(request.idempotencyToken, arn);
        issued.push(request);
        certificates.set(arn, certify(authority, request, issued.length, clock()));
      }
      await fake.afterIssue(request);
      return arn;
    },
    getCertificate: async (_authorityArn, arn) => {
      const certificate = certificates.get(arn);
      if (certificate === undefined) throw new IssuerError('not-found', `${arn} does not exist`);
      if (fake.holdsCertificates) return undefined;
      return { certificate, chain: [authority.certificate.der] };
    },
    revocationReasonOf: async (_authorityArn, { serialNumber }) =>
      revoked.get(serialOf(serialNumber))?.reason,
    getRevocationList: async () =>
      fake.keepsRevocationList ? signRevocationList(authority, revoked) : undefined,
  };
  return fake;
}

function certify(
  authority: Identity,
  request: IssueRequest,
  serial: number,
  now: number,
): Uint8Array {
  const csr = parseCertificationRequest(request.csr);
  const { csrExtensions = 'copied', extensions: added = [] } = request.passthrough ?? {};
  const copied = csr.extensions.filter(
    ({ oid, value }) =>
      !(oid === OID.subjectAltName && hasNoGeneralNames(value)) &&
      (csrExtensions === 'copied' || oid === OID.subjectAltName) &&
      added.every((extension) => extension.oid !== oid),
  );
  const fields = {
    serialNumber: Buffer.of(1, serial),
    signingAlgorithm: 'SHA256WITHRSA',
    issuer: authority.certificate.subject,
    notBefore: request.notBefore ?? new Date(now - 3_600_000),
    notAfter: request.notAfter,
    subject: csr.subject,
    subjectPublicKeyInfo: csr.subjectPublicKeyInfo,
    extensions: [...added, ...copied],
  } as const;
  return signCertificate(fields, createSigner(authority.privateKey, 'SHA256WITHRSA'));
}

/** Hexadecimal, without leading zeros. */
function serialOf(serialNumber: Uint8Array): string {
  return Buffer.from(serialNumber)
    .toString('hex')
    .replace(/^0+(?=.)/, '');
}

function signRevocationList(
  { certificate, privateKey }: Identity,
  revoked: ReadonlyMap<string, Revocation>,
): Uint8Array {
  const now = Date.now();
  const tbs = derTbsCertList({
    signingAlgorithm: 'SHA256WITHRSA',
    issuer: certificate.subject,
    issuerKeyIdentifier: keyIdentifierOf(certificate.subjectPublicKeyInfo),
    thisUpdate: new Date(now - 3_600_000),
    nextUpdate: new Date(now + 7 * 86_400_000),
    crlNumber: now,
    revoked: [...revoked].map(([serial, { revokedAt, reason }]) =>
      derRevokedCertificate({
        serialNumber: Buffer.from(serial.padStart(40, '0'), 'hex'),
        ...{ revokedAt, reason },
      }),
    ),
  });
  return derSigned(tbs, 'SHA256WITHRSA', createSigner(privateKey, 'SHA256WITHRSA')(tbs));
}
