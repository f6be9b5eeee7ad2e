import type { AlgorithmPolicy } from '../scep/algorithm-policy.ts';

/** What a connector allows beyond the strict default, as its `scep:` tags say. */
export interface ConnectorPolicy {
  readonly algorithms: AlgorithmPolicy;
  readonly identity: IdentityPolicy;
  readonly validity: ValidityPolicy;
}

/** Names that Windows domains map to accounts; whoever may choose them can become anybody (protocol S5). */
export interface IdentityPolicy {
  readonly allowUserPrincipalNames: boolean;
  readonly allowSecurityIdentifiers: boolean;
}

export interface ValidityPolicy {
  /** Used when the request names no validity. */
  readonly defaultDays: number;
  readonly maximumDays: number;
}

/** Space-separated words; each switches one weakness on. */
const LEGACY_TAG = 'scep:legacy';
const LEGACY_WORDS = ['des', 'sha1', 'md5'] as const;
/** Space-separated words; each allows one kind of Windows account name. */
const IDENTITY_TAG = 'scep:windows-identity';
const IDENTITY_WORDS = ['upn', 'sid'] as const;

const VALIDITY: ValidityPolicy = { defaultDays: 365, maximumDays: 5 * 365 };

/**
 * Reads the policy in a connector's tags; tags without the prefix `scep:` mean nothing here.
 * @throws RangeError naming the tag, for an unknown `scep:` tag or an unknown word in one.
 */
export function readConnectorPolicy(tags: Readonly<Record<string, string>>): ConnectorPolicy {
  const unknown = Object.keys(tags).find(
    (key) => key.startsWith('scep:') && key !== LEGACY_TAG && key !== IDENTITY_TAG,
  );
  if (unknown !== undefined) throw new RangeError(`the tag ${unknown} is unknown`);
  const legacy = words(tags, LEGACY_TAG, LEGACY_WORDS);
  const identity = words(tags, IDENTITY_TAG, IDENTITY_WORDS);
  return {
    algorithms: {
      allowSingleDes: legacy.has('des'),
      allowSha1: legacy.has('sha1'),
      allowMd5: legacy.has('md5'),
    },
    identity: {
      allowUserPrincipalNames: identity.has('upn'),
      allowSecurityIdentifiers: identity.has('sid'),
    },
    validity: VALIDITY,
  };
}

function words<Word extends string>(
  tags: Readonly<Record<string, string>>,
  key: string,
  known: readonly Word[],
): ReadonlySet<Word> {
  const given = (tags[key] ?? '').split(' ').filter((word) => word !== '');
  const chosen = given.map((word) => {
    const match = known.find((candidate) => candidate === word);
    if (match === undefined) {
      throw new RangeError(`the tag ${key} takes the words ${known.join(', ')}, not "${word}"`);
    }
    return match;
  });
  return new Set(chosen);
}
