import { MINUTE_MS } from '../../durations.ts';
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

/** An authority and where it publishes revocations. */
interface Publisher extends RevocationSources {
  readonly arn: string;
  readonly certificate: Certificate;
}

type Cache<T> = ExpiringCache<T | IssuerError>;

const MAX_AGE_MS = 15 * MINUTE_MS;
const FAILURE_AGE_MS = 10_000;
const MIB = 1024 * 1024;
/** Memory for all lists together: two of the longest, or hundreds of partitions. */
const LISTS_OCTETS = 64 * MIB;
/** Memory of one serial number and its reason in their map. */
const ENTRY_OCTETS = 110;
const FAILURE_OCTETS = 1_000;
const MAX_VERDICTS = 10_000;
/** About 220 000 entries of 38 octets. */
const MAX_LIST_OCTETS = 8 * MIB;

/**
 * AWS has no API call that tells what an authority has revoked, so this reads its CRL or asks its
 * OCSP responder, as relying parties do. A source that is configured and cannot be read is an
 * IssuerError 'unavailable'.
 */
export function createRevocationChecks(
  deps: RevocationDependencies,
): Pick<Issuer, 'revocationReasonOf' | 'getRevocationList'> {
  const { descriptions, clock, report } = deps;
  const lists: Cache<RevocationList> = createExpiringCache(clock, LISTS_OCTETS, octetsOf);
  const verdicts: Cache<OcspVerdict> = createExpiringCache(clock, MAX_VERDICTS);
  const reportedUnchecked = new Set<string>();

  const publisherOf = async (arn: string): Promise<Publisher> => {
    const sources = revocationSourcesOf(await descriptions.describe(arn));
    const { certificate } = await descriptions.certificateOf(arn);
    return { ...sources, arn, certificate: parseCertificate(certificate) };
  };
  const listAt = (url: string, { arn, certificate, partitionsUrl }: Publisher) =>
    ask(lists, { arn, url, key: url, clock }, async (now) => {
      const der = await fetchOctets(url, { maxOctets: MAX_LIST_OCTETS });
      const partitionUrl = partitionsUrl === undefined ? undefined : url;
      return readRevocationList(der, { issuer: certificate, now, partitionUrl });
    });
  const verdictOf = (url: string, { arn, certificate }: Publisher, serialNumber: Uint8Array) =>
    ask(verdicts, { arn, url, key: hexSerialNumber(serialNumber), clock }, (now) =>
      askOcsp(url, certificate, serialNumber, now),
    );
  return {
    revocationReasonOf: async (arn, revocable) => {
      const publisher = await publisherOf(arn);
      const url = publisher.listUrl ?? partitionOf(publisher, revocable);
      const { serialNumber } = revocable;
      if (url !== undefined) {
        return (await listAt(url, publisher)).reasons.get(hexSerialNumber(serialNumber));
      }
      if (publisher.ocspUrl !== undefined) {
        return (await verdictOf(publisher.ocspUrl, publisher, serialNumber)).reason;
      }
      if (publisher.partitionsUrl !== undefined) throw inNoPartition(arn, serialNumber);
      if (!reportedUnchecked.has(arn)) report(`${arn} ${UNCHECKED}`);
      reportedUnchecked.add(arn);
      return undefined;
    },
    getRevocationList: async (arn) => {
      const publisher = await publisherOf(arn);
      const { listUrl } = publisher;
      return listUrl === undefined ? undefined : (await listAt(listUrl, publisher)).der;
    },
  };
}

function octetsOf(list: RevocationList | IssuerError): number {
  if (list instanceof IssuerError) return FAILURE_OCTETS;
  return list.der.length + list.reasons.size * ENTRY_OCTETS;
}

const UNCHECKED =
  'publishes neither a CRL nor OCSP, so it is not known which certificates it has revoked: those can be renewed, and compromised keys certified again';

/** The URL of the partitioned CRL that the certificate names. */
function partitionOf(
  { partitionsUrl }: Publisher,
  { extensions }: RevocableCertificate,
): string | undefined {
  if (partitionsUrl === undefined) return undefined;
  return readCrlUrls(extensions).find(
    (url) => url.startsWith(partitionsUrl) && /^[\w-]+\.crl$/.test(url.slice(partitionsUrl.length)),
  );
}

/**
 * Fetches and caches an answer until its nextUpdate, for a quarter of an hour at most, and a
 * failure for ten seconds.
 * @throws IssuerError
 */
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
      return { value, expiresAt: Math.min(now + MAX_AGE_MS, value.nextUpdate) };
    } catch (error) {
      return { value: unusable(arn, url, error), expiresAt: now + FAILURE_AGE_MS };
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
