import { z } from 'zod';
import { AwsError } from '../aws-error.ts';
import { membersOf, wireSchema } from '../deserialize-input.ts';
import { JSON_CODEC } from '../json-codec.ts';
import { decodeComponent, type HttpBinding } from './match-route.ts';

export interface RestJsonRequest {
  /** From matchRoute. */
  readonly labels: Readonly<Record<string, string>>;
  /** As received, without the question mark. */
  readonly query: string;
  readonly body: Uint8Array;
}

type Member = readonly [name: string, value: unknown];

/**
 * Collects the members of an input: labels, query, and the body for all others. Each member is read
 * only from its own place. The body is not read if the operation expects no members there.
 * @returns members for `deserializeInput`
 * @throws AwsError SerializationException
 */
export function readRestJsonInput(
  { http, input }: { readonly http: HttpBinding; readonly input: z.ZodType },
  { labels, query, body }: RestJsonRequest,
): Readonly<Record<string, unknown>> {
  const places = http.query ?? {};
  const members = membersOf(input);
  const inBody = Object.keys(members).filter(
    (name) => !Object.hasOwn(labels, name) && !Object.hasOwn(places, name),
  );
  const json = inBody.length > 0 ? JSON_CODEC.decode(body) : {};
  const parameters = parseQuery(query);
  const fromQuery = Object.entries(places).map(([member, name = member]): Member => {
    const [schema, values] = [members[member], parameters.get(name)];
    return [member, schema && values && readParameter(schema, name, values)];
  });
  const fromBody = inBody.map((name): Member => [name, json[name]]);
  const present = [...fromBody, ...fromQuery].filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries<unknown>(present), ...labels };
}

function parseQuery(query: string): ReadonlyMap<string, readonly string[]> {
  const parameters = new Map<string, string[]>();
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const [name = '', ...value] = pair.split('=').map(decodeComponent);
    const values = parameters.get(name) ?? [];
    values.push(value.join('='));
    parameters.set(name, values);
  }
  return parameters;
}

/** A list takes all values of its name; other members must have one. */
function readParameter(schema: z.core.$ZodType, name: string, values: readonly string[]): unknown {
  const type = wireSchema(schema);
  if (type instanceof z.ZodArray) return values;
  const [text = '', ...others] = values;
  if (others.length > 0) throw malformed(`${name} may be there once`);
  if (!(type instanceof z.ZodNumber)) return text;
  if (!/^-?\d{1,15}$/.test(text)) throw malformed(`${name} must be an integer`);
  return Number(text);
}

function malformed(fault: string): AwsError {
  return new AwsError('SerializationException', `The query cannot be read: ${fault}`);
}
