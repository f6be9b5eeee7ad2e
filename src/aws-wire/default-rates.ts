/** Requests per second of one account in one region, by operations of both APIs. */
export type Rates = Readonly<Record<string, number>>;

/**
 * The API rate quotas of AWS (AWS General Reference, "AWS Private Certificate Authority endpoints
 * and quotas").
 */
export const AWS_RATES = {
  CreateChallenge: 5,
  CreateConnector: 5,
  DeleteChallenge: 5,
  DeleteConnector: 5,
  GetChallengeMetadata: 50,
  GetChallengePassword: 50,
  GetConnector: 50,
  ListChallengeMetadata: 50,
  ListConnectors: 50,
  ListTagsForResource: 50,
  TagResource: 50,
  UntagResource: 50,

  CreateCertificateAuthority: 1,
  CreateCertificateAuthorityAuditReport: 1,
  CreatePermission: 1,
  DeleteCertificateAuthority: 10,
  DeletePermission: 1,
  DeletePolicy: 5,
  DescribeCertificateAuthority: 20,
  DescribeCertificateAuthorityAuditReport: 20,
  GetCertificate: 75,
  GetCertificateAuthorityCertificate: 20,
  GetCertificateAuthorityCsr: 10,
  GetPolicy: 5,
  ImportCertificateAuthorityCertificate: 10,
  IssueCertificate: 25,
  ListCertificateAuthorities: 20,
  ListPermissions: 5,
  ListTags: 20,
  PutPolicy: 5,
  RestoreCertificateAuthority: 20,
  RevokeCertificate: 20,
  TagCertificateAuthority: 10,
  UntagCertificateAuthority: 10,
  UpdateCertificateAuthority: 10,
} as const satisfies Rates;

/**
 * Generating an RSA key can take seconds of processor time, and an audit report reads every
 * certificate of its CA.
 */
const COSTLY: Rates = { CreateCertificateAuthority: 5, CreateCertificateAuthorityAuditReport: 1 };

/** Far above the quotas of AWS, so that they only stop a script that runs wild. */
export const DEFAULT_RATES: Rates = {
  ...Object.fromEntries(Object.entries(AWS_RATES).map(([name, rate]) => [name, rate * 10])),
  ...COSTLY,
};
