/**
 * The values known about a request, by condition keys in lower case: IAM ignores the case of keys,
 * even of the tag key in aws:ResourceTag/key. No key has an empty list.
 */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

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
