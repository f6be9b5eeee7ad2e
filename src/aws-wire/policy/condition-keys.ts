/**
 * Every condition key that a policy may use, with its meaning. Reading a policy refuses keys that
 * the server cannot provide: a condition on a key that is never present would silently deny or
 * allow.
 */
export const CONDITION_KEYS = {
  'acm-pca:TemplateArn': 'the template that IssueCertificate names',
  'aws:PrincipalAccount': "the caller's account",
  'aws:PrincipalArn': "the caller's ARN",
  'aws:RequestTag/tag-key': 'the value that the request would give the tag',
  'aws:RequestedRegion': 'the region that the request is signed for',
  'aws:ResourceTag/tag-key': 'the value that the resource has for the tag',
  'aws:TagKeys': 'the keys of the tags that the request names: several values',
  'aws:username': "the caller's user name",
} as const satisfies Readonly<Record<string, string>>;

const OF_TAG = /^aws:(?:request|resource)tag\/[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const PLAIN_KEYS = Object.keys(CONDITION_KEYS)
  .filter((name) => !name.endsWith('/tag-key'))
  .map((name) => name.toLowerCase());

/** A condition key as in a RequestContext, or undefined for one that is not in CONDITION_KEYS. */
export function readConditionKey(name: string): string | undefined {
  const key = name.toLowerCase();
  return PLAIN_KEYS.includes(key) || OF_TAG.test(key) ? key : undefined;
}

/**
 * Whether one request may have several values for the key, so that a condition needs a quantifier.
 */
export function isMultivalued(key: string): boolean {
  return key === 'aws:tagkeys';
}
