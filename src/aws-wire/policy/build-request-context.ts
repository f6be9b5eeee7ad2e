import { parseArn } from '../arn.ts';
import type { Caller } from '../caller.ts';
import type { Access, RequestContext } from './request-context.ts';

/**
 * The values that the conditions of a policy see for a request on one resource.
 * @param resourceTags of that resource
 */
export function buildRequestContext(
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
