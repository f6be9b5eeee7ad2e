import { matchesArn, matchesWildcards, resolveVariables } from './match-pattern.ts';
import type { RequestContext } from './request-context.ts';

interface Comparison {
  /** Whether a value of the request matches one value of the policy. */
  readonly matches: (policyValue: string, value: string, context: RequestContext) => boolean;
  /** The condition holds when no value of the policy matches. */
  readonly negated: boolean;
}

/**
 * How the operators compare. ArnEquals and ArnLike are the same (IAM User Guide, "IAM JSON policy
 * elements: Condition operators").
 */
export const COMPARISONS = {
  StringEquals: { matches: equals, negated: false },
  StringNotEquals: { matches: equals, negated: true },
  StringEqualsIgnoreCase: { matches: equalsIgnoreCase, negated: false },
  StringNotEqualsIgnoreCase: { matches: equalsIgnoreCase, negated: true },
  StringLike: { matches: matchesWildcards, negated: false },
  StringNotLike: { matches: matchesWildcards, negated: true },
  ArnEquals: { matches: matchesArn, negated: false },
  ArnNotEquals: { matches: matchesArn, negated: true },
  ArnLike: { matches: matchesArn, negated: false },
  ArnNotLike: { matches: matchesArn, negated: true },
} as const satisfies Readonly<Record<string, Comparison>>;

/** Null checks whether the request has the key, and compares nothing. */
export type ConditionOperator = keyof typeof COMPARISONS | 'Null';

export const CONDITION_OPERATORS: readonly string[] = [...Object.keys(COMPARISONS), 'Null'];

const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;

/**
 * The parts of an operator such as ForAnyValue:StringLikeIfExists; undefined for an unsupported
 * one.
 */
export function readConditionOperator(name: string) {
  const [, quantifier, operator = '', ifExists] = OPERATOR.exec(name) ?? [];
  if (!isOperator(operator)) return undefined;
  if (operator === 'Null' && operator !== name) return undefined;
  return {
    quantifier: quantifier as 'ForAllValues' | 'ForAnyValue' | undefined,
    operator,
    ifExists: ifExists !== undefined,
  };
}

function isOperator(name: string): name is ConditionOperator {
  return CONDITION_OPERATORS.includes(name);
}

function equals(policyValue: string, value: string, context: RequestContext): boolean {
  return resolveVariables(policyValue, context) === value;
}

function equalsIgnoreCase(policyValue: string, value: string, context: RequestContext): boolean {
  return resolveVariables(policyValue, context)?.toLowerCase() === value.toLowerCase();
}
