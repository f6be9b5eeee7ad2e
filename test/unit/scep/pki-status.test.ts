import { expect, it } from 'vitest';
import { FAIL_INFO, PKI_STATUS } from '../../../src/scep/pki-status.ts';

it('pkiStatus and failInfo have exactly the values of RFC 8894 sections 3.2.1.3 and 3.2.1.4', () => {
  expect(PKI_STATUS).toEqual({ SUCCESS: '0', FAILURE: '2', PENDING: '3' });
  expect(FAIL_INFO).toEqual({
    badAlg: '0',
    badMessageCheck: '1',
    badRequest: '2',
    badTime: '3',
    badCertId: '4',
  });
});
