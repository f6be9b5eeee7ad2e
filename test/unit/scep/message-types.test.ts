import { expect, it } from 'vitest';
import { CERT_REP, REQUEST_TYPES, requestTypeOf } from '../../../src/scep/message-types.ts';

it.each([
  ['17', 'RenewalReq'],
  ['19', 'PKCSReq'],
  ['20', 'CertPoll'],
  ['21', 'GetCert'],
  ['22', 'GetCRL'],
] as const)('maps %s to %s', (messageType, name) => {
  expect(requestTypeOf(messageType)).toBe(name);
  expect(REQUEST_TYPES[name]).toBe(messageType);
});

it('maps no other number to a request, including 3 and 18', () => {
  const served = new Set<string>(Object.values(REQUEST_TYPES));
  for (let type = 0; type < 300; type += 1) {
    if (!served.has(String(type))) expect(requestTypeOf(String(type))).toBeUndefined();
  }
  expect(requestTypeOf(CERT_REP)).toBeUndefined();
});

it.each(['', ' 19', '19 ', '019', '+19', '19.0', '0x13', '1９', '19\0', 'PKCSReq', 'toString'])(
  'does not map %j to a request',
  (messageType) => {
    expect(requestTypeOf(messageType)).toBeUndefined();
  },
);
