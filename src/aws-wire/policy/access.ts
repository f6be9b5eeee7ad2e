/** What a request wants to do, for its caller's policy to judge. */
export interface Access {
  /** Such as pca-connector-scep:GetConnector. */
  readonly action: string;
  /** ARNs; `*` for an action that no single resource stands for. Each must be allowed. */
  readonly resources: readonly string[];
  /** Tags that the request would set: aws:RequestTag/key and aws:TagKeys. */
  readonly requestTags?: Readonly<Record<string, string>>;
  /** Keys of tags that the request names without values: aws:TagKeys. */
  readonly tagKeys?: readonly string[];
  /** Further condition keys, such as acm-pca:TemplateArn. */
  readonly context?: Readonly<Record<string, string>>;
}
