import type { ConditionOperator } from './condition-operators.ts';

/**
 * A parsed and checked IAM policy document (IAM User Guide, "IAM JSON policy element reference").
 */
export interface Policy {
  readonly statements: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  /** Patterns such as acm-pca:Get*. A statement has either actions or notActions. */
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  /**
   * Patterns of ARNs, possibly with policy variables. A statement has either resources or
   * notResources.
   */
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  /** All of them must hold. */
  readonly conditions: readonly PolicyCondition[];
}

/** Holds when the values of `key` in the request pass `operator` against `values`. */
export interface PolicyCondition {
  /** For keys that may have several values in one request. */
  readonly quantifier: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly operator: ConditionOperator;
  /** ...IfExists: also holds when the request has no such key. */
  readonly ifExists: boolean;
  /** In lower case, as in a RequestContext: aws:resourcetag/team. */
  readonly key: string;
  /** One match is enough; for a negated operator, none may match. */
  readonly values: readonly string[];
}
