import { ocspAccessExtension } from '../x509/authority-info-access.ts';
import { crlDistributionPointsExtension } from '../x509/crl-distribution-points.ts';
import type { Extension } from '../x509/read-extensions.ts';
import type { AuthorityRecord } from './authority-record.ts';
import type { PublicUrl } from './revocation-urls.ts';
import { ocspUrl, revocationListUrl } from './revocation-urls.ts';

/**
 * What the authority's RevocationConfiguration puts into a certificate that it issues: where the CRL is that would name it
 * (cRLDistributionPoints), and who answers for it by OCSP (authorityInfoAccess).
 */
export function authorityExtensions(
  authority: AuthorityRecord,
  publicUrl: PublicUrl | undefined,
): readonly Extension[] {
  return [...distributionPoints(authority, publicUrl), ...infoAccess(authority, publicUrl)];
}

function distributionPoints(
  authority: AuthorityRecord,
  publicUrl: PublicUrl | undefined,
): readonly Extension[] {
  const crl = authority.revocation?.CrlConfiguration;
  const omits = crl?.CrlDistributionPointExtensionConfiguration?.OmitExtension === true;
  const url = crl?.Enabled && !omits ? revocationListUrl(authority, publicUrl) : undefined;
  return url === undefined ? [] : [crlDistributionPointsExtension(url)];
}

function infoAccess(
  authority: AuthorityRecord,
  publicUrl: PublicUrl | undefined,
): readonly Extension[] {
  const isEnabled = authority.revocation?.OcspConfiguration?.Enabled === true;
  const url = isEnabled ? ocspUrl(authority, publicUrl) : undefined;
  return url === undefined ? [] : [ocspAccessExtension(url)];
}
