import { DAY_MS } from '../../durations.ts';
import type { AuthorityRecord } from '../records/authority-record.ts';
import type { DistributionPoint } from '../revocation/distribution-points.ts';
import { crlKey, DEFAULT_CRL_LIFE_MS } from '../revocation/revocation-record.ts';
import { crlFileName, crlUrl, type PublicPlaces } from '../revocation/revocation-urls.ts';

/** What the next CRL of a kind has to be like. */
export interface CrlPlan {
  readonly authority: AuthorityRecord;
  /** Two hexadecimal digits; undefined for the complete CRL. */
  readonly partition: string | undefined;
  /** Where it is stored. */
  readonly key: string;
  /** From issuing to nextUpdate, as configured. */
  readonly lifeMs: number;
  /**
   * For the issuingDistributionPoint: all that certificates of the partition have as their
   * distribution point. None for the complete CRL.
   */
  readonly urls: readonly string[];
  /** The serial number of the authority's certificate, whose name the CRL bears. */
  readonly signedAs: string | undefined;
  /**
   * Whether certificates are bound to CRLs of this kind, so that this one may forget those that it
   * has named after their end.
   */
  readonly isConfigured: boolean;
}

/**
 * Undefined for a partition that no certificate names, where it is not known what certificates
 * would name.
 * @param points of the authority's certificates
 */
export function planCrl(
  places: PublicPlaces,
  authority: AuthorityRecord,
  points: readonly DistributionPoint[],
  partition: string | undefined,
): CrlPlan | undefined {
  const { ExpirationInDays: days, CrlType = 'COMPLETE' } =
    authority.revocation?.CrlConfiguration ?? {};
  const urls = partition === undefined ? [] : urlsOf(places, authority, points, partition);
  if (partition !== undefined && urls.length === 0) return undefined;
  return {
    ...{ authority, partition, urls },
    key: crlKey(partition),
    lifeMs: days === undefined ? DEFAULT_CRL_LIFE_MS : days * DAY_MS,
    signedAs: authority.installed?.serialNumber,
    isConfigured: (CrlType === 'PARTITIONED') === (partition !== undefined),
  };
}

/**
 * Those that certificates have, the same for all processes, and the one that the next will have.
 */
function urlsOf(
  places: PublicPlaces,
  authority: AuthorityRecord,
  points: readonly DistributionPoint[],
  partition: string,
): readonly string[] {
  const file = crlFileName(authority.id, partition);
  const noted = points.filter(({ isPartitioned }) => isPartitioned).map(({ url }) => url + file);
  const url = crlUrl(authority, places, partition);
  return [...new Set([...noted, ...(url === undefined ? [] : [url])])];
}
