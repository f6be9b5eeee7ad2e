import type { Certificate } from '../x509/parse-certificate.ts';

/**
 * The certificate authority as enrolment sees it: the few calls of the AWS Private CA API that an enrolment needs.
 * Two adapters: embedded (src/private-ca on this machine) and acm-pca (the AWS SDK). Both pass one contract suite.
 */
export interface Issuer {
  /** Status and certificates of an authority. Throws IssuerError 'not-found' or 'unavailable'. */
  describeAuthority(authorityArn: string): Promise<AuthorityDescription>;

  /**
   * IssueCertificate: gives the ARN of the certificate, which may not be ready yet. The same idempotencyToken within five
   * minutes gives the same ARN, also after a crash and on another replica. Throws IssuerError.
   */
  issueCertificate(request: IssueRequest): Promise<string>;

  /** GetCertificate: undefined while issuing is in progress. Throws IssuerError. */
  getCertificate(
    authorityArn: string,
    certificateArn: string,
  ): Promise<CertificateWithChain | undefined>;

  /**
   * Whether the authority has revoked a certificate of its own. False for one that it does not know, and for all of an
   * authority at AWS that publishes no revocations. Throws IssuerError.
   */
  isRevoked(authorityArn: string, certificate: RevocableCertificate): Promise<boolean>;

  /**
   * The latest complete CRL, DER; undefined when the authority keeps none. What has been revoked at AWS an hour ago, or at the embedded authority before the call, is on it. Throws IssuerError.
   */
  getRevocationList(authorityArn: string): Promise<Uint8Array | undefined>;
}

/** Its serial number, with any leading zeros, and where its issuer says that its revocation is published. */
export type RevocableCertificate = Pick<Certificate, 'serialNumber' | 'extensions'>;

export interface AuthorityDescription {
  readonly arn: string;
  readonly status: 'ACTIVE' | 'NOT_ACTIVE';
  /** Absent: GENERAL_PURPOSE. */
  readonly usageMode?: 'GENERAL_PURPOSE' | 'SHORT_LIVED_CERTIFICATE';
  /** The authority's own certificate, DER. */
  readonly certificate: Uint8Array;
  /** From the certificate's issuer up to the root, DER each; empty for a root. */
  readonly chain: readonly Uint8Array[];
}

export interface IssueRequest {
  readonly authorityArn: string;
  /** PKCS #10, DER. Its signature has been verified and its extensions are all allowed ones. */
  readonly csr: Uint8Array;
  /** Whole seconds. Must not be after the authority's own notAfter. */
  readonly notAfter: Date;
  /** Default: one hour before issuing, as AWS does. */
  readonly notBefore?: Date;
  /** Extended key usages set through ApiPassthrough, as object identifiers. */
  readonly extendedKeyUsage?: readonly string[];
  /** 1 to 36 printable ASCII characters. */
  readonly idempotencyToken: string;
  /**
   * Milliseconds since the epoch: later the CA is not asked, as it may not know the token any more, and the call throws 'unavailable'.
   * What an adapter looks up before it asks counts. Without it, the CA is asked at any time.
   */
  readonly askUntil?: number;
}

/**
 * The template of every certificate that is issued through this port, as in template ARNs: arn:aws:acm-pca:::template/{name}. The
 * policies and shares that AWS documents for Connector for SCEP allow no other (aws.md 1.5).
 */
export const ISSUE_TEMPLATE = 'BlankEndEntityCertificate_APICSRPassthrough/V1';

export interface CertificateWithChain {
  /** The certificate, DER. */
  readonly certificate: Uint8Array;
  /** From its issuer up to the root, DER each. */
  readonly chain: readonly Uint8Array[];
}

export type IssuerFault =
  | 'not-found'
  | 'not-active'
  | 'access-denied'
  | 'invalid-request'
  /** It has done nothing, and may do the same later. */
  | 'throttled'
  /** It has done nothing, and may do the same later. */
  | 'unavailable'
  /** Of issueCertificate: it was asked and gave no answer. It may have issued; the same token finds out, for five minutes. */
  | 'unanswered';

/** `message` is fit for the log and for an administrator; devices see a text of their own. */
export class IssuerError extends Error {
  override readonly name = 'IssuerError';
  readonly fault: IssuerFault;

  constructor(fault: IssuerFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/**
 * To be called when nothing is left to be done but to ask.
 * @param now milliseconds since the epoch
 * @throws IssuerError 'unavailable' when it is too late
 */
export function requireTimeToAsk({ askUntil, authorityArn }: IssueRequest, now: number): void {
  if (askUntil === undefined || now <= askUntil) return;
  const message = `${authorityArn} was not asked for a certificate: it may have forgotten the idempotency token by now`;
  throw new IssuerError('unavailable', message);
}
