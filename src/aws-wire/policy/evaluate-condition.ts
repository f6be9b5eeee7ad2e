import { COMPARISONS } from './condition-operators.ts';
import type { PolicyCondition, PolicyStatement } from './policy.ts';
import type { RequestContext } from './request-context.ts';

/**
 * When the request lacks the key (IAM User Guide, "Condition operators" and "Multivalued context
 * keys"): ForAllValues and negated operators hold, and ForAnyValue does not, with or without
 * IfExists. Quantifiers ignore empty values.
 */
export function conditionHolds(
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
