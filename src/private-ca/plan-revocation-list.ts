import type { AuthorityRecord } from './authority-record.ts';
import type { PrivateCa } from './private-ca.ts';
import { DEFAULT_LIST_LIFE, listKey } from './revocation-record.ts';
import { revocationListUrl } from './revocation-urls.ts';

/** What the next CRL of a kind has to be like. */
export interface RevocationListPlan {
  readonly authority: AuthorityRecord;
  /** Two hexadecimal digits; undefined for the complete CRL. */
  readonly partition: string | undefined;
  /** Where it is stored. */
  readonly key: string;
  /** From issuing to nextUpdate, as configured, in milliseconds. */
  readonly life: number;
  /** For the issuingDistributionPoint: what certificates of the partition have as their distribution point. */
  readonly url: string | undefined;
  /** The serial number of the authority's certificate, whose name the CRL bears. */
  readonly signedAs: string | undefined;
  /** Whether certificates are bound to CRLs of this kind, so that this one may forget those that it has named after their end. */
  readonly isConfigured: boolean;
}

const DAY = 86_400_000;

/** @throws Error for a partition in a process that does not know where CRLs are served */
export function planRevocationList(
  places: PrivateCa,
  authority: AuthorityRecord,
  partition: string | undefined,
): RevocationListPlan {
  const { ExpirationInDays: days, CrlType = 'COMPLETE' } =
    authority.revocation?.CrlConfiguration ?? {};
  const url = partition && revocationListUrl(authority, places, partition);
  if (partition !== undefined && url === undefined) throw new Error('the URL of CRLs is not known');
  return {
    ...{ authority, partition, url },
    key: listKey(partition),
    life: days === undefined ? DEFAULT_LIST_LIFE : days * DAY,
    signedAs: authority.installed?.serialNumber,
    isConfigured: (CrlType === 'PARTITIONED') === (partition !== undefined),
  };
}
