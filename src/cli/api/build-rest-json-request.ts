import { type HttpBinding, labelOf } from '../../aws-wire/rest-json/match-route.ts';
import type { HttpRequest } from '../scep-client/exchange-http.ts';
import type { ApiInput } from './api-service.ts';

/** Builds the unsigned REST-JSON request of an operation, below the path of the endpoint. */
export function buildRestJsonRequest(
  endpoint: URL,
  { method, path, query = {} }: WireOperation,
  input: ApiInput,
): HttpRequest {
  const members = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
  const take = (name: string): unknown => {
    const value = members.get(name);
    members.delete(name);
    return value;
  };
  const target = path.split('/').map((segment) => {
    const label = labelOf(segment);
    return label === undefined ? segment : escapeUri(take(label));
  });
  const parameters = Object.entries(query).flatMap(([member, name = member]) =>
    [take(member) ?? []].flat().map((value) => `${escapeUri(name)}=${escapeUri(value)}`),
  );
  const url = new URL(endpoint);
  url.pathname = `${endpoint.pathname.replace(/\/$/, '')}${target.join('/')}`;
  url.search = parameters.join('&');
  if (method !== 'POST') return { url, method, headers: {} };
  const body = JSON.stringify(Object.fromEntries(members));
  return { url, method, headers: { 'content-type': 'application/json' }, body };
}

/**
 * UriEncode of SigV4: escapes all but A-Z a-z 0-9 - . _ ~, so also the colons and slashes of ARNs.
 */
function escapeUri(value: unknown): string {
  return encodeURIComponent(String(value)).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** How an operation is sent. Members that are not in the path or the query are in the body. */
export type WireOperation = Omit<HttpBinding, 'status'>;
