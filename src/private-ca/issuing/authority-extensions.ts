import { ocspAccessExtension } from '../../x509/authority-info-access.ts';
import { crlDistributionPointsExtension } from '../../x509/crl-distribution-points.ts';
import type { Extension } from '../../x509/extensions.ts';
import type { AuthorityRecord } from '../records/authority-record.ts';
import { partitionOfSerial } from '../revocation/revocation-record.ts';
import { crlUrl, ocspUrl, type PublicPlaces } from '../revocation/revocation-urls.ts';

/**
 * The extensions that the authority's RevocationConfiguration adds to a certificate: the URL of the
 * CRL that would list it (cRLDistributionPoints), and the OCSP responder (authorityInfoAccess).
 * @param serial of the certificate: 32 lower-case hexadecimal digits
 */
export function authorityExtensions(
  authority: AuthorityRecord,
  places: PublicPlaces,
  serial: string,
): readonly Extension[] {
  return [...distributionPoints(authority, places, serial), ...infoAccess(authority, places)];
}

function distributionPoints(
  authority: AuthorityRecord,
  places: PublicPlaces,
  serial: string,
): readonly Extension[] {
  const crl = authority.revocation?.CrlConfiguration;
  const omits = crl?.CrlDistributionPointExtensionConfiguration?.OmitExtension === true;
  if (crl?.Enabled !== true || omits) return [];
  const partition = crl.CrlType === 'PARTITIONED' ? partitionOfSerial(serial) : undefined;
  const url = crlUrl(authority, places, partition);
  return url === undefined ? [] : [crlDistributionPointsExtension(url)];
}

function infoAccess(authority: AuthorityRecord, places: PublicPlaces): readonly Extension[] {
  const isEnabled = authority.revocation?.OcspConfiguration?.Enabled === true;
  const url = isEnabled ? ocspUrl(authority, places) : undefined;
  return url === undefined ? [] : [ocspAccessExtension(url)];
}
