import { z } from 'zod';
import { DAY_MS, SECOND_MS } from '../../durations.ts';
import type { AlgorithmPolicy } from '../../scep/algorithm-policy.ts';
import type { CaCertificatesChoice } from '../../scep/choose-ca-certificates.ts';
import { DEVICE_PURPOSES, PRIVILEGED_PURPOSES } from '../../x509/key-purposes.ts';
import type { ConnectorRecord } from '../connector-record.ts';
import { CONNECTOR_TAGS } from './connector-tags.ts';
import { type TagValue, tagValueSchema } from './tag-value.ts';

/** What a connector allows and how it replies, by its `scep:` tags (docs/connector-tags.md). */
export interface ConnectorPolicy {
  readonly algorithms: AlgorithmPolicy;
  readonly signer: SignerPolicy;
  readonly identity: IdentityPolicy;
  readonly extensions: ExtensionPolicy;
  readonly chain: ChainPolicy;
  readonly renewal: RenewalPolicy;
  readonly validity: ValidityPolicy;
  /** How long a request waits for the CA before it is answered PENDING. */
  readonly pendingWaitMs: number;
}

/**
 * Who may sign a request with a challenge, besides the key in its CSR. RFC 8894 section 2.3 says
 * SHOULD there, and the signature of the CSR proves who holds its key.
 */
type SignerPolicy =
  | 'any'
  /** The SHA-256 of certificates, in lower case; none when only the requester may. */
  | ReadonlySet<string>;

/**
 * Names that Windows domains map to accounts: a device that may choose them can log in as any user
 * (CERT/CC VU#971035).
 */
export interface IdentityPolicy {
  readonly allowUserPrincipalNames: boolean;
  readonly allowSecurityIdentifiers: boolean;
}

export interface ExtensionPolicy {
  /** The purposes, dotted, that extKeyUsage and application policies may name. */
  readonly purposes: ReadonlySet<string>;
  /** What becomes of extensions that are neither known nor critical. */
  readonly unknown: 'refuse' | 'drop' | 'copy';
}

/** The certificates that follow the RA's in GetCACert, and the issued one in a CertRep. */
export interface ChainPolicy {
  readonly caCertificates: CaCertificatesChoice;
  readonly reply: 'leaf-only' | 'leaf-and-ca';
}

/** When a valid certificate of the connector replaces the challenge (RFC 8894 section 2.5). */
export interface RenewalPolicy {
  readonly allowed: boolean;
  readonly sameKeyAllowed: boolean;
  /** How long before its end a certificate may be renewed; undefined: while it is valid. */
  readonly windowMs: number | undefined;
  /** For the signature that replaces the challenge (RFC 8894 section 7.9). */
  readonly allowSha1: boolean;
}

export interface ValidityPolicy {
  /** Used when the request names no validity. */
  readonly defaultMs: number;
  readonly maximumMs: number;
  /** How long before its issuing a certificate begins; undefined: as the CA sets it. */
  readonly notBeforeSkewMs: number | undefined;
}

const DEFAULT_VALIDITY_MS = 365 * DAY_MS;
const DEFAULT_MAXIMUM_MS = 1_825 * DAY_MS;
const DEFAULT_PENDING_WAIT_MS = 15 * SECOND_MS;

const tagsSchema = z
  .strictObject({
    'scep:legacy': tagValueSchema(CONNECTOR_TAGS['scep:legacy']).refine(
      ({ words }) => words.has('sha1') || !words.has('sha1-renewal'),
      'sha1-renewal needs sha1',
    ),
    'scep:signer': tagValueSchema(CONNECTOR_TAGS['scep:signer']).refine(
      ({ words, fingerprints }) => !words.has('any') || words.size + fingerprints.size === 1,
      'any excludes requester and fingerprints',
    ),
    'scep:windows-identity': tagValueSchema(CONNECTOR_TAGS['scep:windows-identity']),
    'scep:eku': tagValueSchema(CONNECTOR_TAGS['scep:eku']),
    'scep:extensions': tagValueSchema(CONNECTOR_TAGS['scep:extensions']).refine(
      atMostOne(['refuse', 'drop', 'copy']),
      'take one of refuse, drop, copy',
    ),
    'scep:chain': tagValueSchema(CONNECTOR_TAGS['scep:chain'])
      .refine(atMostOne(['full', 'no-root', 'ra-and-ca']), 'take one of full, no-root, ra-and-ca')
      .refine(atMostOne(['leaf-only', 'leaf-and-ca']), 'take one of leaf-only, leaf-and-ca'),
    'scep:renewal': tagValueSchema(CONNECTOR_TAGS['scep:renewal'])
      .refine(
        ({ words, durationMs }) =>
          !words.has('off') || (words.size === 1 && durationMs === undefined),
        'off excludes other words',
      )
      .refine(atMostOne(['same-key', 'new-key']), 'take one of same-key, new-key'),
    'scep:validity-default': tagValueSchema(CONNECTOR_TAGS['scep:validity-default']),
    'scep:validity-max': tagValueSchema(CONNECTOR_TAGS['scep:validity-max']),
    'scep:not-before-skew': tagValueSchema(CONNECTOR_TAGS['scep:not-before-skew']),
    'scep:pending-wait': tagValueSchema(CONNECTOR_TAGS['scep:pending-wait']),
  })
  .refine(
    (tags) =>
      (tags['scep:validity-default'].durationMs ?? 0) <=
      (tags['scep:validity-max'].durationMs ?? DEFAULT_MAXIMUM_MS),
    { path: ['scep:validity-default'], error: 'is longer than scep:validity-max' },
  );

/** By the tags of a record as it was read, which are frozen. */
const knownPolicies = new WeakMap<Readonly<Record<string, string>>, ConnectorPolicy>();

/** The policy of a stored connector, read once for each version of its record. */
export function connectorPolicy({ tags }: Pick<ConnectorRecord, 'tags'>): ConnectorPolicy {
  const known = knownPolicies.get(tags);
  if (known !== undefined) return known;
  const policy = readConnectorPolicy(tags);
  if (Object.isFrozen(tags)) knownPolicies.set(tags, policy);
  return policy;
}

/**
 * Reads the policy in a connector's tags. Tags without the prefix `scep:` are ignored.
 * @throws RangeError for an unknown `scep:` tag or a wrong value, with the tag and what it allows
 */
export function readConnectorPolicy(tags: Readonly<Record<string, string>>): ConnectorPolicy {
  // In upper and lower case, so that a mistyped tag is refused instead of ignored.
  const reserved = Object.entries(tags).filter(([key]) => /^scep:/i.test(key));
  const parsed = tagsSchema.safeParse(Object.fromEntries(reserved));
  if (!parsed.success) throw new RangeError(objection(parsed.error));
  const legacy = parsed.data['scep:legacy'].words;
  const signer = parsed.data['scep:signer'];
  const identity = parsed.data['scep:windows-identity'].words;
  const chain = parsed.data['scep:chain'].words;
  const renewal = parsed.data['scep:renewal'];
  const maximumMs = parsed.data['scep:validity-max'].durationMs ?? DEFAULT_MAXIMUM_MS;
  const defaultMs = parsed.data['scep:validity-default'].durationMs ?? DEFAULT_VALIDITY_MS;
  return {
    algorithms: {
      allowSingleDes: legacy.has('des'),
      allowSha1: legacy.has('sha1'),
      allowMd5: legacy.has('md5'),
      allowRsa1024: legacy.has('rsa-1024'),
    },
    signer:
      signer.words.has('requester') || signer.fingerprints.size > 0 ? signer.fingerprints : 'any',
    identity: {
      allowUserPrincipalNames: identity.has('upn'),
      allowSecurityIdentifiers: identity.has('sid'),
    },
    extensions: {
      purposes: purposesOf(parsed.data['scep:eku']),
      unknown: [...parsed.data['scep:extensions'].words][0] ?? 'drop',
    },
    chain: {
      caCertificates: chain.has('no-root')
        ? 'no-root'
        : chain.has('ra-and-ca')
          ? 'ra-and-ca'
          : 'full',
      reply: chain.has('leaf-and-ca') ? 'leaf-and-ca' : 'leaf-only',
    },
    renewal: {
      allowed: !renewal.words.has('off'),
      sameKeyAllowed: !renewal.words.has('new-key'),
      windowMs: renewal.durationMs,
      allowSha1: legacy.has('sha1-renewal'),
    },
    validity: {
      defaultMs: Math.min(defaultMs, maximumMs),
      maximumMs,
      notBeforeSkewMs: parsed.data['scep:not-before-skew'].durationMs,
    },
    pendingWaitMs: parsed.data['scep:pending-wait'].durationMs ?? DEFAULT_PENDING_WAIT_MS,
  };
}

function purposesOf({
  words,
  identifiers,
}: TagValue<keyof typeof PRIVILEGED_PURPOSES>): ReadonlySet<string> {
  const named = [...words].map((word) => PRIVILEGED_PURPOSES[word]);
  return new Set([...DEVICE_PURPOSES, ...named, ...identifiers]);
}

function atMostOne<Word extends string>(alternatives: readonly Word[]) {
  return ({ words }: { readonly words: ReadonlySet<string> }) =>
    alternatives.filter((word) => words.has(word)).length <= 1;
}

function objection({ issues: [issue] }: z.ZodError): string {
  if (issue?.code === 'unrecognized_keys') return `the tag ${issue.keys.join(', ')} is unknown`;
  return `the tag ${issue?.path.join('') ?? ''}: ${issue?.message ?? 'is not allowed'}`;
}
