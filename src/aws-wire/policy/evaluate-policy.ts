import type { RequestContext } from './condition-keys.ts';
import { COMPARISONS } from './condition-operators.ts';
import { matchesWildcards } from './match-pattern.ts';
import type { Policy, PolicyCondition, PolicyStatement } from './policy.ts';

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
    conditions.every((condition) => holds(condition, context, effect))
  );
}

function concerns(
  listed: readonly string[] | undefined,
  unlisted: readonly string[] | undefined,
  matches: (pattern: string) => boolean,
): boolean {
  return listed === undefined ? unlisted?.some(matches) === false : listed.some(matches);
}

/**
 * When the request lacks the key (IAM User Guide, "Condition operators" and "Multivalued context
 * keys"): ForAllValues and negated operators hold, and ForAnyValue does not, with or without
 * IfExists. Quantifiers ignore empty values.
 */
function holds(
  { quantifier, operator, ifExists, key, values }: PolicyCondition,
  context: RequestContext,
  effect: PolicyStatement['effect'],
): boolean {
  const found = context.get(key) ?? [];
  if (operator === 'Null') return values.includes(String(found.length === 0));
  const { matches, negated } = COMPARISONS[operator];
  const passes = (value: string) =>
    values.some((policyValue) => matches(policyValue, value, context)) !== negated;
  const nonEmpty = found.filter((value) => value !== '');
  if (quantifier === 'ForAllValues') return nonEmpty.every(passes);
  if (quantifier === 'ForAnyValue') return nonEmpty.some(passes);
  if (found.length === 0) return negated || ifExists;
  // Tags whose keys differ only in case are several values of one key: the stricter interpretation
  // counts.
  return effect === 'Deny' ? found.some(passes) : found.every(passes);
}
