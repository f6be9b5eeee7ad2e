import type { CrlReason } from '../x509/build-crl.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import type { CertificationRequest } from '../x509/parse-certification-request.ts';
import type { Passthrough } from './passthrough.ts';

/**
 * The certificate authority as enrolment sees it: the few calls of the AWS Private CA API that an
 * enrolment needs. Two adapters implement it: embedded (src/private-ca in this process) and acm-pca
 * (the AWS SDK). Both pass one contract suite.
 */
export interface Issuer {
  /** Status and certificates of an authority. @throws IssuerError 'not-found' or 'unavailable' */
  describeAuthority(authorityArn: string): Promise<AuthorityDescription>;

  /**
   * IssueCertificate: returns the ARN of the certificate, which may not be ready yet. The same
   * idempotencyToken within five minutes returns the same ARN, also after a crash and on another
   * replica.
   * @throws IssuerError
   */
  issueCertificate(request: IssueRequest): Promise<string>;

  /** GetCertificate: undefined while issuing is in progress. @throws IssuerError */
  getCertificate(
    authorityArn: string,
    certificateArn: string,
  ): Promise<CertificateWithChain | undefined>;

  /**
   * Why the authority has revoked a certificate that it issued; undefined when it has not.
   * Undefined too for a certificate that it does not know, and for every certificate of an
   * authority at AWS that publishes no revocations.
   * @throws IssuerError
   */
  revocationReasonOf(
    authorityArn: string,
    certificate: RevocableCertificate,
  ): Promise<CrlReason | undefined>;

  /**
   * The latest complete CRL, DER; undefined when the authority keeps none. It lists what was
   * revoked an hour ago at AWS, or before the call at the embedded authority.
   * @throws IssuerError
   */
  getRevocationList(authorityArn: string): Promise<Uint8Array | undefined>;

  /**
   * Only of authorities in this process, which need no question that may stay without an answer.
   */
  readonly local?: LocalIssuing;
}

/**
 * IssueCertificate in two halves, so that the caller can put the certificate on its own record in
 * between: one commit each, and a repeat of the second half finishes what a dead process began.
 */
interface LocalIssuing {
  /**
   * A certificate that nobody may get before `record` has resolved.
   * @throws IssuerError; then nothing has been issued
   */
  make(request: MakeRequest): Promise<MadeCertificate>;

  /**
   * Puts a certificate on the authority's record, unless it is there already.
   * @throws IssuerError 'not-active' when it is not there and the authority may no longer issue;
   *   'unavailable' when another certificate was issued with the token
   */
  record(made: MadeCertificate): Promise<void>;
}

/**
 * The serial number may have leading zeros. The extensions name where revocations are published.
 */
export type RevocableCertificate = Pick<Certificate, 'serialNumber' | 'extensions'>;

export interface AuthorityDescription {
  readonly arn: string;
  readonly status: 'ACTIVE' | 'NOT_ACTIVE';
  /** GENERAL_PURPOSE by default. */
  readonly usageMode?: 'GENERAL_PURPOSE' | 'SHORT_LIVED_CERTIFICATE';
  /** The authority's own certificate, DER. */
  readonly certificate: Uint8Array;
  /** From the certificate's issuer up to the root, DER each; empty for a root. */
  readonly chain: readonly Uint8Array[];
}

export interface IssueRequest {
  readonly authorityArn: string;
  /** PKCS #10, DER. The caller has verified its signature and checked its extensions. */
  readonly csr: Uint8Array;
  /** In whole seconds, not after the authority's own notAfter. */
  readonly notAfter: Date;
  /** By default one hour before issuing, as at AWS. */
  readonly notBefore?: Date;
  /** By default the CSR's extensions are copied. */
  readonly passthrough?: Passthrough;
  /** 1 to 36 printable ASCII characters. */
  readonly idempotencyToken: string;
  /**
   * Milliseconds since the epoch. After this time the CA may have forgotten the token, so the call
   * does not ask it and throws 'unavailable'. The time that an adapter needs to look things up
   * counts. Without it, the CA is asked at any time.
   */
  readonly askUntil?: number;
}

export interface MakeRequest extends Omit<IssueRequest, 'csr' | 'askUntil'> {
  /** The caller has verified its signature and checked its key and its extensions. */
  readonly csr: CertificationRequest;
}

/** A certificate that a local authority has made, with what its record needs. */
export interface MadeCertificate {
  readonly authorityArn: string;
  readonly certificateArn: string;
  /** DER. */
  readonly certificate: Uint8Array;
  /** As in template ARNs. */
  readonly templateName: string;
  readonly idempotencyToken: string;
}

export interface CertificateWithChain {
  /** DER. */
  readonly certificate: Uint8Array;
  /** From the certificate's issuer up to the root, DER each. */
  readonly chain: readonly Uint8Array[];
}

export type IssuerFault =
  | 'not-found'
  | 'not-active'
  | 'access-denied'
  | 'invalid-request'
  /** The CA did nothing; the same call may succeed later. */
  | 'throttled'
  /** The CA did nothing; the same call may succeed later. */
  | 'unavailable'
  /**
   * Only from issueCertificate: the CA was asked and did not answer, so it may have issued. Calling
   * again with the same token within five minutes finds out.
   */
  | 'unanswered';

/** `message` is for the log and for administrators; devices never see it. */
export class IssuerError extends Error {
  override readonly name = 'IssuerError';
  readonly fault: IssuerFault;

  constructor(fault: IssuerFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/**
 * An adapter calls this last, directly before it asks the CA.
 * @param now milliseconds since the epoch
 * @throws IssuerError 'unavailable' after `askUntil`
 */
export function requireTimeToAsk({ askUntil, authorityArn }: IssueRequest, now: number): void {
  if (askUntil === undefined || now <= askUntil) return;
  const message = `${authorityArn} was not asked for a certificate: it may have forgotten the idempotency token by now`;
  throw new IssuerError('unavailable', message);
}
