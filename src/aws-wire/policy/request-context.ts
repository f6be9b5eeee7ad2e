import { parseArn } from '../arn.ts';
import type { Caller } from '../caller.ts';

/**
 * The values that the conditions of a policy see for a request on one resource.
 * @param resourceTags of that resource
 */
export function requestContext(
  caller: Caller,
  { requestTags = {}, tagKeys = [], context = {} }: Access,
  resourceTags: Readonly<Record<string, string>>,
): RequestContext {
  const entries = [
    ['aws:PrincipalAccount', caller.accountId],
    ['aws:PrincipalArn', caller.arn],
    ['aws:RequestedRegion', caller.region],
    ...userName(caller.arn).map((name) => ['aws:username', name] as const),
    ...Object.entries(requestTags).map(([key, value]) => [`aws:RequestTag/${key}`, value] as const),
    ...Object.entries(resourceTags).map(
      ([key, value]) => [`aws:ResourceTag/${key}`, value] as const,
    ),
    ...[...Object.keys(requestTags), ...tagKeys].map((key) => ['aws:TagKeys', key] as const),
    ...Object.entries(context),
  ] as const;
  const values = new Map<string, string[]>();
  for (const [name, value] of entries) {
    const key = name.toLowerCase();
    const others = values.get(key);
    if (others === undefined) values.set(key, [value]);
    else others.push(value);
  }
  return values;
}

/**
 * The last part of the ARN of a user, whose path may have several parts; roles have no user name.
 */
function userName(arn: string): readonly string[] {
  const name = /^user\/(?:.*\/)?([^/]+)$/.exec(parseArn(arn)?.resource ?? '')?.[1];
  return name === undefined ? [] : [name];
}

/** What a request wants to do, as input for the caller's policy. */
export interface Access {
  /** For example pca-connector-scep:GetConnector. */
  readonly action: string;
  /** ARNs; `*` for an action without a specific resource. Each must be allowed. */
  readonly resources: readonly string[];
  /** Tags that the request sets: aws:RequestTag/key and aws:TagKeys. */
  readonly requestTags?: Readonly<Record<string, string>>;
  /** Keys of tags that the request contains without values: aws:TagKeys. */
  readonly tagKeys?: readonly string[];
  /** Further condition keys, such as acm-pca:TemplateArn. */
  readonly context?: Readonly<Record<string, string>>;
}
/**
 * The values known about a request, by condition keys in lower case: IAM ignores the case of keys,
 * even of the tag key in aws:ResourceTag/key. No key has an empty list.
 */
export type RequestContext = ReadonlyMap<string, readonly string[]>;
