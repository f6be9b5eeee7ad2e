import type { ConditionOperator } from './condition-operators.ts';

/** An IAM policy document, read and checked (IAM JSON policy elements reference). */
export interface Policy {
  readonly statements: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  /** Patterns such as acm-pca:Get*; a statement has either actions or notActions. */
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  /** Patterns of ARNs, which may hold policy variables; a statement has either resources or notResources. */
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  /** All of them must hold. */
  readonly conditions: readonly PolicyCondition[];
}

/** Holds when the values that the request has for `key` pass `operator` against `values`. */
export interface PolicyCondition {
  /** For keys that may have several values in one request. */
  readonly quantifier: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly operator: ConditionOperator;
  /** ...IfExists: holds also when the request has no such key. */
  readonly ifExists: boolean;
  /** In lower case, as in a RequestContext: aws:resourcetag/team. */
  readonly key: string;
  /** One of them is enough; for a negated operator one too many. */
  readonly values: readonly string[];
}
