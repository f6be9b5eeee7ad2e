/** The messageType values a client may send (RFC 8894 section 3.2.1.2). Closed: everything else is refused. */
export const REQUEST_TYPES = {
  RenewalReq: '17',
  PKCSReq: '19',
  CertPoll: '20',
  GetCert: '21',
  GetCRL: '22',
} as const;

export type RequestType = keyof typeof REQUEST_TYPES;

/** The messageType of every answer. */
export const CERT_REP = '3';

/** The request type a messageType attribute stands for; undefined for anything but the five. */
export function requestTypeOf(messageType: string): RequestType | undefined {
  const names = Object.keys(REQUEST_TYPES) as RequestType[];
  return names.find((name) => REQUEST_TYPES[name] === messageType);
}
