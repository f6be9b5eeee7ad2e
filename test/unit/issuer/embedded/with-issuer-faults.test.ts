import { describe, expect, it } from 'vitest';
import { AwsError, type AwsErrorCode } from '../../../../src/aws-wire/aws-error.ts';
import { withIssuerFaults } from '../../../../src/issuer/embedded/with-issuer-faults.ts';
import { KeyStoreError } from '../../../../src/private-ca/keys/key-store.ts';

describe('withIssuerFaults', () => {
  it('passes answers on', async () => {
    expect(await withIssuerFaults(Promise.resolve(1))).toBe(1);
  });

  it.each<[AwsErrorCode, string]>([
    ['ResourceNotFoundException', 'not-found'],
    ['InvalidStateException', 'not-active'],
    ['MalformedCSRException', 'invalid-request'],
    ['ConcurrentModificationException', 'unavailable'],
  ])('turns %s into %s and keeps its text', async (code, fault) => {
    const failing = withIssuerFaults(Promise.reject(new AwsError(code, 'because')));
    await expect(failing).rejects.toMatchObject({ name: 'IssuerError', fault, message: 'because' });
  });

  it('hides the text of an unexpected error', async () => {
    const failing = withIssuerFaults(Promise.reject(new Error('secret detail')));
    await expect(failing).rejects.toMatchObject({
      fault: 'unavailable',
      message: 'The embedded private CA failed',
    });
  });

  it('treats an unexpected error as a possible success where the caller asks for that', async () => {
    const failing = withIssuerFaults(Promise.reject(new Error('disk full')), 'unanswered');
    await expect(failing).rejects.toMatchObject({ fault: 'unanswered' });
    const keyless = new KeyStoreError('unavailable', 'the token is not there');
    const unsigned = withIssuerFaults(Promise.reject(keyless), 'unanswered');
    await expect(unsigned).rejects.toMatchObject({ fault: 'unavailable' });
  });
});
