import type { ApiService } from './api-service.ts';
import type { ApiClient } from './create-api-client.ts';

/** The actions of Private CA that the commands call; all have the same wire format. */
export type PrivateCaAction =
  | 'CreateCertificateAuthority'
  | 'CreateCertificateAuthorityAuditReport'
  | 'DeleteCertificateAuthority'
  | 'DescribeCertificateAuthority'
  | 'DescribeCertificateAuthorityAuditReport'
  | 'GetCertificate'
  | 'GetCertificateAuthorityCertificate'
  | 'GetCertificateAuthorityCsr'
  | 'ImportCertificateAuthorityCertificate'
  | 'IssueCertificate'
  | 'ListCertificateAuthorities'
  | 'ListTags'
  | 'RestoreCertificateAuthority'
  | 'RevokeCertificate'
  | 'TagCertificateAuthority'
  | 'UntagCertificateAuthority'
  | 'UpdateCertificateAuthority';

export type PrivateCaClient = ApiClient<PrivateCaAction>;

/** Private CA: AWS JSON 1.1. */
export const PRIVATE_CA_SERVICE: ApiService<PrivateCaAction> = {
  name: 'acm-pca',
  buildRequest: (endpoint, action, input) => ({
    url: new URL(endpoint),
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `ACMPrivateCA.${action}`,
    },
    body: JSON.stringify(input),
  }),
};
