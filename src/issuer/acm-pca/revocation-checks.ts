import { parseCertificate } from '../../x509/parse-certificate.ts';
import type { RevocableCertificate } from '../issuer.ts';
import { IssuerError } from '../issuer.ts';
import type { AuthorityDescriptions } from './authority-descriptions.ts';
import { createExpiringCache } from './expiring-cache.ts';
import { fetchOctets } from './fetch-octets.ts';
import type { RevocationList } from './read-revocation-list.ts';
import { readRevocationList, serialKey } from './read-revocation-list.ts';
import { revocationSourcesOf } from './revocation-sources.ts';

export interface RevocationDependencies {
  readonly descriptions: AuthorityDescriptions;
  readonly clock: () => number;
  readonly report: (message: string) => void;
}

/** AWS has no call for what an authority has revoked: relying parties read its CRL or ask its OCSP responder, and so does this. */
export interface RevocationChecks {
  isRevoked(authorityArn: string, certificate: RevocableCertificate): Promise<boolean>;
  getRevocationList(authorityArn: string): Promise<Uint8Array | undefined>;
}

const LIST_KEPT = 15 * 60_000;
const FAILURE_KEPT = 10_000;
const LISTS = 64;
/** Octets. An entry has about 38, and `parseCrl` takes 140 000 of them. */
const LONGEST_LIST = 8 * 1024 * 1024;

export function createRevocationChecks(deps: RevocationDependencies): RevocationChecks {
  const { descriptions, clock, report } = deps;
  const lists = createExpiringCache<RevocationList | IssuerError>(clock, LISTS);
  const unchecked = new Set<string>();

  const fetchList = async (authorityArn: string, url: string, isPartition: boolean) => {
    const { certificate } = await descriptions.certificateOf(authorityArn);
    const list = await lists.get(`${authorityArn} ${url}`, async () => {
      const now = clock();
      const expected = {
        issuer: parseCertificate(certificate),
        partitionUrl: isPartition ? url : undefined,
        now,
      };
      try {
        const value = readRevocationList(await fetchOctets(url, { limit: LONGEST_LIST }), expected);
        return { value, expiresAt: Math.min(now + LIST_KEPT, value.nextUpdate) };
      } catch (error) {
        return { value: unusable(authorityArn, url, error), expiresAt: now + FAILURE_KEPT };
      }
    });
    if (list instanceof IssuerError) throw list;
    return list;
  };
  return {
    isRevoked: async (authorityArn, certificate) => {
      const { listUrl } = revocationSourcesOf(await descriptions.describe(authorityArn));
      if (listUrl !== undefined) {
        const { serials } = await fetchList(authorityArn, listUrl, false);
        return serials.has(serialKey(certificate.serialNumber));
      }
      if (!unchecked.has(authorityArn)) report(`${authorityArn} ${UNCHECKED}`);
      unchecked.add(authorityArn);
      return false;
    },
    getRevocationList: async (authorityArn) => {
      const { listUrl } = revocationSourcesOf(await descriptions.describe(authorityArn));
      return listUrl === undefined
        ? undefined
        : (await fetchList(authorityArn, listUrl, false)).der;
    },
  };
}

const UNCHECKED =
  'publishes neither a CRL nor OCSP, so it is not known which certificates it has revoked: those may be renewed';

function unusable(authorityArn: string, url: string, error: unknown): IssuerError {
  const reason = error instanceof Error ? error.message : 'unknown error';
  const message = `The CRL of ${authorityArn} at ${url} cannot be used: ${reason}`;
  return new IssuerError('unavailable', message, { cause: error });
}
