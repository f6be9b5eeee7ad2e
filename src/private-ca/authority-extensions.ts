import type { Extension } from '../x509/read-extensions.ts';
import type { AuthorityRecord } from './authority-record.ts';

/**
 * What the authority's RevocationConfiguration puts into the certificates it issues: where its CRLs are
 * (cRLDistributionPoints) and who answers for it by OCSP (authorityInfoAccess). Neither is served yet, so there is nothing.
 */
export function authorityExtensions(_authority: AuthorityRecord): readonly Extension[] {
  return [];
}
