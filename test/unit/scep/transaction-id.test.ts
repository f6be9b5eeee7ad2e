import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { transactionIdOf } from '../../../src/scep/transaction-id.ts';
import { rsaKeyPair } from '../../support/keys/test-authority.ts';

it('is 64 hexadecimal digits that depend on the public key alone', () => {
  const [one, other] = [rsaKeyPair(), rsaKeyPair()].map(({ publicKey }) =>
    publicKey.export({ type: 'spki', format: 'der' }),
  ) as [Buffer, Buffer];
  expect(transactionIdOf(one)).toMatch(/^[0-9a-f]{64}$/);
  expect(transactionIdOf(one)).toBe(createHash('sha256').update(Buffer.from(one)).digest('hex'));
  expect(transactionIdOf(one)).not.toBe(transactionIdOf(other));
});
