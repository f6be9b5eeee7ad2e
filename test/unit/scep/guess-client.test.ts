import { expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derPrintableString } from '../../../src/asn1/write-der.ts';
import { guessClient } from '../../../src/scep/guess-client.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import {
  attribute,
  forgePkiMessage,
  requestAttributes,
} from '../../support/scep-messages/forge-pki-message.ts';

function requestOf(transactionId: string) {
  const content = Buffer.from('x');
  const named = attribute(OID.scepTransactionId, derPrintableString(transactionId));
  const attributes = Object.values({ ...requestAttributes(content), transactionId: named });
  return readPkiRequest(forgePkiMessage({ content, attributes }));
}

it.each([
  ['cisco', 'Mozilla/4.0 (compatible; MSIE 5.0; Cisco PKI)', 'ABC'],
  ['windows', 'Mozilla/4.0 (compatible; Win32; NDES client 6.1.7601.17514/x86fre)', 'ABC'],
  ['apple', 'profiled/1.0 CFNetwork/1410.0.3 Darwin/22.6.0', 'ABC'],
  ['jscep', 'Java/17.0.15', 'abc'],
  ['scepclient', 'Go-http-client/1.1', 'IgvsS2uTuWf+YfnJUPATn1lpyWY='],
  ['sscep', undefined, 'SSCEP transactionId'],
  ['sscep', undefined, '3A35D71987AF7520950683178A58E7A5'],
  ['strongswan', undefined, '1EC72172849B58C9BC0DC36F4A2F113E94FDA741'],
  ['certmonger', undefined, '7'.repeat(77)],
  ['unknown', undefined, 'anything else'],
  ['unknown', 'curl/8', '7'.repeat(77)],
])('recognises %s by %s, %s', (client, userAgent, transactionId) => {
  expect(guessClient({ userAgent, request: requestOf(transactionId) })).toBe(client);
});
