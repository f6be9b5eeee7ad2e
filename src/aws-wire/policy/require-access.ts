import { AwsError } from '../aws-error.ts';
import type { Caller } from '../caller.ts';
import { buildRequestContext } from './build-request-context.ts';
import { evaluatePolicy, type PolicyDecision } from './evaluate-policy.ts';
import type { Policy } from './policy.ts';
import type { Access } from './request-context.ts';

type Tags = Readonly<Record<string, string>>;

/**
 * The longest ARN, tag key or tag value that is matched; no real one is longer.
 */
const MAX_LENGTH = 2048;
/**
 * Keys and values of a request's tags. No resource may have so many, and each would be matched with
 * each pattern.
 */
const MAX_TAG_TEXTS = 500;

/**
 * Requires that the caller's policy allows the access. A caller without a policy may do everything
 * in its own account, to which the operations restrict it.
 * @param access each must be allowed, on each of its resources
 * @param resourceTags the tags of a resource of the caller's account; none for one that does not
 *   exist, because the caller must not learn whether it does. Called only when the policy uses
 *   aws:ResourceTag
 * @throws AwsError AccessDeniedException with the message of AWS
 */
export async function requireAccess(
  caller: Caller,
  access: readonly Access[],
  resourceTags: (resourceArn: string) => Promise<Tags>,
): Promise<void> {
  const { policy } = caller;
  if (policy === undefined) return;
  if (access.length === 0) throw new RangeError('an operation must say which access it needs');
  const tagsOf = speaksOfResourceTags(policy) ? once(resourceTags) : async () => ({});
  for (const wanted of access) {
    const { action, resources } = wanted;
    for (const resource of resources.length > 0 ? resources : ['*']) {
      if (!isWorthMatching(resource, wanted)) throw accessDenied(caller, action, resource);
      const context = buildRequestContext(caller, wanted, await tagsOf(resource));
      const decision = evaluatePolicy(policy, { action, resource, context });
      if (decision !== 'allowed') throw accessDenied(caller, action, resource, decision);
    }
  }
}

function isWorthMatching(resource: string, { requestTags = {}, tagKeys = [] }: Access): boolean {
  const texts = [...Object.entries(requestTags).flat(), ...tagKeys];
  return (
    texts.length <= MAX_TAG_TEXTS &&
    [resource, ...texts].every(({ length }) => length <= MAX_LENGTH)
  );
}

function speaksOfResourceTags({ statements }: Policy): boolean {
  return /aws:resourcetag\//i.test(JSON.stringify(statements));
}

/** Requests the tags of each resource once, and none for `*`. */
function once(resourceTags: (resourceArn: string) => Promise<Tags>) {
  const asked = new Map<string, Tags>([['*', {}]]);
  return async (resource: string): Promise<Tags> => {
    const tags = asked.get(resource) ?? (await resourceTags(resource));
    asked.set(resource, tags);
    return tags;
  };
}

function accessDenied(
  caller: Caller,
  action: string,
  resource: string,
  decision: PolicyDecision = 'implicit-deny',
): AwsError {
  const reason =
    decision === 'explicit-deny'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  const what = `${action} on resource: ${resource.slice(0, MAX_LENGTH)} ${reason}`;
  return new AwsError(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: ${what}`,
  );
}
