import { conditionHolds } from './evaluate-condition.ts';
import { matchesWildcards } from './match-pattern.ts';
import type { Policy, PolicyStatement } from './policy.ts';
import type { RequestContext } from './request-context.ts';

/** One action on one resource. */
export interface PolicyRequest {
  /** For example acm-pca:GetCertificate. */
  readonly action: string;
  /** An ARN, or `*`. */
  readonly resource: string;
  readonly context: RequestContext;
}

export type PolicyDecision = 'allowed' | 'explicit-deny' | 'implicit-deny';

/**
 * The decision of a policy about a request: one statement that denies overrides all that allow, and
 * a request that no statement allows is denied (IAM User Guide, "Policy evaluation logic").
 */
export function evaluatePolicy(policy: Policy, request: PolicyRequest): PolicyDecision {
  const effects = policy.statements
    .filter((statement) => applies(statement, request))
    .map(({ effect }) => effect);
  if (effects.includes('Deny')) return 'explicit-deny';
  return effects.includes('Allow') ? 'allowed' : 'implicit-deny';
}

function applies(
  statement: PolicyStatement,
  { action, resource, context }: PolicyRequest,
): boolean {
  const { actions, notActions, resources, notResources, conditions, effect } = statement;
  const isAction = (pattern: string) =>
    matchesWildcards(pattern.toLowerCase(), action.toLowerCase(), context);
  const isResource = (pattern: string) => matchesWildcards(pattern, resource, context);
  return (
    concerns(actions, notActions, isAction) &&
    concerns(resources, notResources, isResource) &&
    conditions.every((condition) => conditionHolds(condition, context, effect))
  );
}

function concerns(
  listed: readonly string[] | undefined,
  unlisted: readonly string[] | undefined,
  matches: (pattern: string) => boolean,
): boolean {
  return listed === undefined ? unlisted?.some(matches) === false : listed.some(matches);
}
