import { AwsError } from '../aws-error.ts';

export interface RouteMatch<Name extends string> {
  readonly name: Name;
  /** By member name, decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

interface Route {
  readonly http: HttpBinding;
}

/**
 * The operation whose path matches the last segments. The segments before them are the base path of
 * the client's endpoint and are ignored: they are signed like the rest, and Private CA accepts any
 * path too. Segments are split before decoding, so an ARN with %2F is one segment.
 * @param path as received
 * @throws AwsError UnknownOperationException
 */
export function matchRoute<Name extends string>(
  operations: Readonly<Record<Name, Route>>,
  method: string,
  path: string,
): RouteMatch<Name> {
  const segments = path.split('/');
  const names = Object.keys(operations) as Name[];
  const [name] = names
    .filter((name) => operations[name].http.method === method)
    .filter((name) => matches(operations[name].http, segments))
    .toSorted((a, b) => operations[b].http.path.length - operations[a].http.path.length);
  // Dot segments have another meaning in the signature, which resolves them.
  if (name === undefined || segments.some((segment) => segment === '.' || segment === '..')) {
    throw new AwsError('UnknownOperationException', 'No operation has this method and path');
  }
  return { name, labels: readLabels(operations[name].http, segments) };
}

function matches(http: HttpBinding, segments: readonly string[]): boolean {
  const pairs = pairedWithPattern(http, segments);
  return pairs.every(([part, segment]) =>
    labelOf(part) === undefined ? part === segment : segment !== undefined && segment !== '',
  );
}

function readLabels(
  http: HttpBinding,
  segments: readonly string[],
): Readonly<Record<string, string>> {
  const labels = pairedWithPattern(http, segments).flatMap(([part, segment = '']) => {
    const name = labelOf(part);
    return name === undefined ? [] : [[name, decodeComponent(segment)] as const];
  });
  return Object.fromEntries<string>(labels);
}

/** Pairs each segment of a binding's path with that of the request, aligned at the end. */
function pairedWithPattern(
  { path }: HttpBinding,
  segments: readonly string[],
): readonly (readonly [part: string, segment: string | undefined])[] {
  const pattern = path.split('/').slice(1);
  // The first element is empty: it precedes the leading slash.
  const last = segments.slice(1).slice(-pattern.length);
  return pattern.map((part, at) => [part, last.length === pattern.length ? last[at] : undefined]);
}

/**
 * A label, or a name or value of a query, decoded once. A plus stays a plus.
 * @throws AwsError SerializationException when an escape is broken or is not UTF-8
 */
export function decodeComponent(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new AwsError('SerializationException', 'The URL has an escape that cannot be decoded');
  }
}

/** The HTTP binding of an operation: the http trait of the API model. */
export interface HttpBinding {
  readonly method: string;
  /** A label stands for one whole segment: /connectors/{ConnectorArn}. */
  readonly path: string;
  readonly status: number;
  /** Members in the query, with their names there. */
  readonly query?: Readonly<Record<string, string | undefined>>;
}

/** The member that a segment of a binding's path stands for; undefined for a literal segment. */
export function labelOf(segment: string): string | undefined {
  return /^\{(\w+)\}$/.exec(segment)?.[1];
}
