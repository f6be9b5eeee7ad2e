import type { PkiRequest } from './read-pki-message.ts';

/** What a client shows of itself. */
export interface ClientTraits {
  readonly userAgent: string | undefined;
  readonly request: PkiRequest;
}

/** From the most to the least reliable sign; the first that fits counts. */
const SIGNS = [
  { client: 'cisco', fits: agent(/Cisco PKI/i) },
  { client: 'windows', fits: agent(/NDES client|Win32|WinHTTP|Microsoft/i) },
  { client: 'apple', fits: agent(/CFNetwork|Darwin|profiled|mdmclient/i) },
  { client: 'jscep', fits: agent(/^Java\/|Apache-HttpClient/i) },
  { client: 'scepclient', fits: agent(/^Go-http-client/i) },
  { client: 'scep-connector', fits: agent(/^scep-connector/i) },
  { client: 'sscep', fits: transactionId(/^(SSCEP transactionId|[0-9A-F]{32})$/) },
  { client: 'certmonger', fits: transactionId(/^\d{60,80}$/) },
  { client: 'strongswan', fits: transactionId(/^[0-9A-F]{40}$/) },
] as const satisfies readonly { client: string; fits: (traits: ClientTraits) => boolean }[];

export type ClientName = (typeof SIGNS)[number]['client'] | 'unknown';

/**
 * Which client sent a request, judged by its habits. Anybody can claim to be any client: it is for
 * the log, and for what a reply says beyond RFC 8894.
 */
export function guessClient(traits: ClientTraits): ClientName {
  return SIGNS.find(({ fits }) => fits(traits))?.client ?? 'unknown';
}

function agent(pattern: RegExp): (traits: ClientTraits) => boolean {
  return ({ userAgent }) => userAgent !== undefined && pattern.test(userAgent);
}

function transactionId(pattern: RegExp): (traits: ClientTraits) => boolean {
  return ({ request, userAgent }) =>
    userAgent === undefined && pattern.test(request.attributes.transactionId);
}
