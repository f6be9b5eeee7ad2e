import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { expect, test } from 'vitest';
import { derNull, derOctetString, derOid, derSequence } from '../../../src/asn1/write-der.ts';
import { algorithmIdentifier } from '../../../src/cms/algorithm-identifier.ts';

const OID = '2.16.840.1.101.3.4.2.1';

function decoded(...parameters: Uint8Array[]): pkijs.AlgorithmIdentifier {
  const der = derSequence(derOid(OID), ...parameters);
  return new pkijs.AlgorithmIdentifier({ schema: asn1js.fromBER(new Uint8Array(der)).result });
}

test.each([
  ['absent parameters', [], undefined],
  ['NULL', [derNull()], new Uint8Array(derNull())],
  ['an OCTET STRING', [derOctetString(Buffer.of(1))], Uint8Array.of(4, 1, 1)],
])('keeps %s to the byte', (_, parameters, expected) => {
  expect(algorithmIdentifier(decoded(...parameters))).toEqual({ oid: OID, parameters: expected });
});
