import { DAY_MS } from '../../durations.ts';
import type { AuthorityRecord } from '../records/authority-record.ts';
import type { DistributionPoint } from '../revocation/distribution-points.ts';
import { crlKey, DEFAULT_CRL_LIFE_MS } from '../revocation/revocation-record.ts';
import { crlFileName, crlUrl, type PublicPlaces } from '../revocation/revocation-urls.ts';

/** The properties of the next CRL: the complete one, or that of a partition. */
export interface CrlPlan {
  readonly authority: AuthorityRecord;
  /** Two hexadecimal digits; undefined for the complete CRL. */
  readonly partition: string | undefined;
  /** The key that it is stored under. */
  readonly key: string;
  /** From issuing to nextUpdate, as configured. */
  readonly lifeMs: number;
  /**
   * For the issuingDistributionPoint: every distribution point that certificates of the partition
   * carry. Empty for the complete CRL.
   */
  readonly urls: readonly string[];
  /** The serial number of the authority's certificate, the issuer of the CRL. */
  readonly signedAs: string | undefined;
  /**
   * Whether the configuration makes certificates point to this kind of CRL. If so, this CRL may
   * drop an expired certificate once it has named it after its end.
   */
  readonly isConfigured: boolean;
}

/**
 * Undefined for a partition whose CRL has no URL: no certificate names one, and the address for
 * future certificates is unknown.
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
 * The URLs that certificates carry, in the same order in all processes, and the URL that the next
 * certificate will carry.
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
