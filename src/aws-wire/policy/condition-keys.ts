/**
 * What is known of a request, by condition keys in lower case: IAM does not tell their letters apart, not even those of the
 * tag key in aws:ResourceTag/key. No key has an empty list.
 */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/**
 * Every condition key that a policy may name, and what it is. One that the server cannot give a value is refused when a
 * policy is read: a condition that never sees its key would silently deny, or silently let pass.
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

/** A condition key as a RequestContext has it, or undefined for one that is not of CONDITION_KEYS. */
export function readConditionKey(name: string): string | undefined {
  const key = name.toLowerCase();
  return PLAIN_KEYS.includes(key) || OF_TAG.test(key) ? key : undefined;
}

/** Whether one request may have several values for the key, so that a condition must say which of them it means. */
export function isMultivalued(key: string): boolean {
  return key === 'aws:tagkeys';
}
