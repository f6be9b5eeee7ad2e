import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts';
import { readCrlUrls } from '../../x509/read-crl-urls.ts';
import { type Issuer, IssuerError, type RevocableCertificate } from '../issuer.ts';
import { askOcsp, type OcspVerdict } from './ask-ocsp.ts';
import type { AuthorityDescriptions } from './authority-descriptions.ts';
import { createExpiringCache, type Dated, type ExpiringCache } from './expiring-cache.ts';
import { fetchOctets } from './fetch-octets.ts';
import {
  hexSerialNumber,
  type RevocationList,
  readRevocationList,
} from './read-revocation-list.ts';
import { type RevocationSources, revocationSourcesOf } from './revocation-sources.ts';

export interface RevocationDependencies {
  readonly descriptions: AuthorityDescriptions;
  readonly clock: () => number;
  readonly report: (message: string) => void;
}

/** An authority, and what is published of it. */
interface Published extends RevocationSources {
  readonly arn: string;
  readonly certificate: Certificate;
}

type Cache<T> = ExpiringCache<T | IssuerError>;

const KEPT = 15 * 60_000;
const FAILURE_KEPT = 10_000;
const MIB = 1024 * 1024;
/** Octets of memory, for all lists together: two of the longest, or hundreds of partitions. */
const LISTS_KEPT = 64 * MIB;
/** Octets of memory: a serial number in its set; a failure. */
const SERIAL_KEPT = 100;
const FAILURE_WEIGHT = 1_000;
const VERDICTS = 10_000;
/** Octets. An entry has about 38, so these are 220 000. */
const LONGEST_LIST = 8 * MIB;

/**
 * AWS has no call for what an authority has revoked: relying parties read its CRL or ask its OCSP responder, and so does this. What
 * should be published and is not to be had means that nobody knows: IssuerError 'unavailable'.
 */
export function createRevocationChecks(
  deps: RevocationDependencies,
): Pick<Issuer, 'isRevoked' | 'getRevocationList'> {
  const { descriptions, clock, report } = deps;
  const lists: Cache<RevocationList> = createExpiringCache(clock, LISTS_KEPT, weightOf);
  const verdicts: Cache<OcspVerdict> = createExpiringCache(clock, VERDICTS);
  const unchecked = new Set<string>();

  const publishedOf = async (arn: string): Promise<Published> => {
    const sources = revocationSourcesOf(await descriptions.describe(arn));
    const { certificate } = await descriptions.certificateOf(arn);
    return { ...sources, arn, certificate: parseCertificate(certificate) };
  };
  const listAt = (url: string, { arn, certificate, partitionsUrl }: Published) =>
    ask(lists, { arn, url, key: url, clock }, async (now) => {
      const der = await fetchOctets(url, { limit: LONGEST_LIST });
      const partitionUrl = partitionsUrl === undefined ? undefined : url;
      return readRevocationList(der, { issuer: certificate, now, partitionUrl });
    });
  const verdictOf = (url: string, { arn, certificate }: Published, serialNumber: Uint8Array) =>
    ask(verdicts, { arn, url, key: hexSerialNumber(serialNumber), clock }, (now) =>
      askOcsp(url, certificate, serialNumber, now),
    );
  return {
    isRevoked: async (arn, revocable) => {
      const published = await publishedOf(arn);
      const url = published.listUrl ?? partitionOf(published, revocable);
      const { serialNumber } = revocable;
      if (url !== undefined) {
        return (await listAt(url, published)).serials.has(hexSerialNumber(serialNumber));
      }
      if (published.ocspUrl !== undefined) {
        return (await verdictOf(published.ocspUrl, published, serialNumber)).isRevoked;
      }
      if (published.partitionsUrl !== undefined) throw inNoPartition(arn, serialNumber);
      if (!unchecked.has(arn)) report(`${arn} ${UNCHECKED}`);
      unchecked.add(arn);
      return false;
    },
    getRevocationList: async (arn) => {
      const published = await publishedOf(arn);
      const { listUrl } = published;
      return listUrl === undefined ? undefined : (await listAt(listUrl, published)).der;
    },
  };
}

function weightOf(list: RevocationList | IssuerError): number {
  if (list instanceof IssuerError) return FAILURE_WEIGHT;
  return list.der.length + list.serials.size * SERIAL_KEPT;
}

const UNCHECKED =
  'publishes neither a CRL nor OCSP, so it is not known which certificates it has revoked: those can be renewed';

/** Of several CRLs in one directory, the one that the certificate names. */
function partitionOf(
  { partitionsUrl }: Published,
  { extensions }: RevocableCertificate,
): string | undefined {
  if (partitionsUrl === undefined) return undefined;
  return readCrlUrls(extensions).find(
    (url) => url.startsWith(partitionsUrl) && /^[\w-]+\.crl$/.test(url.slice(partitionsUrl.length)),
  );
}

/** What is at a URL, for as long as it says, a quarter of an hour at most; failures for a moment. @throws IssuerError */
async function ask<T extends { readonly nextUpdate: number }>(
  cache: Cache<T>,
  about: {
    readonly arn: string;
    readonly url: string;
    readonly key: string;
    readonly clock: () => number;
  },
  fetchAt: (now: number) => Promise<T>,
): Promise<T> {
  const { arn, url, key, clock } = about;
  const answer = await cache.get(`${arn} ${key}`, async (): Promise<Dated<T | IssuerError>> => {
    const now = clock();
    try {
      const value = await fetchAt(now);
      return { value, expiresAt: Math.min(now + KEPT, value.nextUpdate) };
    } catch (error) {
      return { value: unusable(arn, url, error), expiresAt: now + FAILURE_KEPT };
    }
  });
  if (answer instanceof IssuerError) throw answer;
  return answer;
}

function unusable(arn: string, url: string, error: unknown): IssuerError {
  const reason = error instanceof Error ? error.message : 'unknown error';
  const message = `What ${arn} has revoked cannot be found out at ${url}: ${reason}`;
  return new IssuerError('unavailable', message, { cause: error });
}

function inNoPartition(arn: string, serialNumber: Uint8Array): IssuerError {
  const message = `${arn} publishes partitioned CRLs, but its certificate ${hexSerialNumber(serialNumber)} names none of them; OCSP would tell whether it is revoked`;
  return new IssuerError('unavailable', message);
}
