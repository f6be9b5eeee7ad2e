/** How an operation stands in HTTP: the http trait of the API model. */
export interface HttpBinding {
  readonly method: string;
  /** A label takes one whole segment: /connectors/{ConnectorArn}. */
  readonly path: string;
  readonly status: number;
  /** Members in the query, with their names there. */
  readonly query?: Readonly<Record<string, string | undefined>>;
}

/** The member that a segment of a binding's path stands for; undefined for a segment that is there to the letter. */
export function labelOf(segment: string): string | undefined {
  return /^\{(\w+)\}$/.exec(segment)?.[1];
}
