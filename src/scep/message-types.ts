/**
 * The messageType values that a client may send (RFC 8894 section 3.2.1.2). All others are refused.
 */
export const REQUEST_TYPES = {
  RenewalReq: '17',
  PKCSReq: '19',
  CertPoll: '20',
  GetCert: '21',
  GetCRL: '22',
} as const;

export type RequestType = keyof typeof REQUEST_TYPES;

/** The messageType of every reply. */
export const CERT_REP = '3';

/** The request type of a messageType attribute; undefined for any other value. */
export function requestTypeOf(messageType: string): RequestType | undefined {
  const names = Object.keys(REQUEST_TYPES) as RequestType[];
  return names.find((name) => REQUEST_TYPES[name] === messageType);
}
