/** An IAM policy document, read and checked (IAM JSON policy elements reference). */
export interface Policy {
  readonly statements: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  /** Patterns such as acm-pca:Get*; a statement has either actions or notActions. */
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  readonly conditions: readonly PolicyCondition[];
}

/** Holds when the values of `key` in the request pass `operator` against `values`. */
export interface PolicyCondition {
  /** Such as StringLike or ForAllValues:StringEquals. */
  readonly operator: string;
  /** Such as aws:ResourceTag/team. */
  readonly key: string;
  readonly values: readonly string[];
}
