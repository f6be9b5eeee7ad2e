import { describe, expect, it } from 'vitest';
import { REFUSAL_REASONS, Refusal, type RefusalReason } from '../../../src/scep/refusal.ts';

const reasons = Object.keys(REFUSAL_REASONS) as RefusalReason[];

describe.each(reasons)('%s', (reason) => {
  const row = REFUSAL_REASONS[reason];

  it('has a sentence for the user of the client that fits into the attribute', () => {
    expect(row.text).toMatch(/^[A-Z][ -~]*\.$/);
    expect(row.text.length).toBeLessThanOrEqual(150);
  });

  it('is a Refusal with its failInfo and text', () => {
    const refusal = new Refusal(reason);
    expect(refusal).toMatchObject({
      name: 'Refusal',
      reason,
      failInfo: row.failInfo,
      text: row.text,
    });
    expect(refusal.message).toBe(reason);
  });

  it('tells a detail to the log, and to the client except for message-check', () => {
    const refusal = new Refusal(reason, 'the detail');
    expect(refusal.message).toBe(`${reason}: the detail`);
    expect(refusal.text).toBe(reason === 'message-check' ? row.text : `${row.text} (the detail)`);
  });
});

it('only a message that is not for this connector is told to fetch the CA certificates', () => {
  const rows = reasons.filter((reason) => REFUSAL_REASONS[reason].text.includes('GetCACert'));
  expect(rows).toEqual(['recipient-unknown']);
});

it('badMessageCheck has one text for all that is wrong with a message to this connector', () => {
  const rows = reasons.filter((reason) => REFUSAL_REASONS[reason].failInfo === 'badMessageCheck');
  expect(rows).toEqual(['message-check', 'recipient-unknown']);
});

it.each<[RefusalReason, number]>([
  ['challenge-missing', 0x80096004],
  ['challenge-wrong', 0x80070490],
  ['name-not-allowed', 0x80094001],
  ['key-not-allowed', 0x80094811],
  ['authority-not-active', 0x800706ba],
  ['message-type-unknown', 0x80070057],
])('%s is the error by which NDES tells Windows the same', (reason, hresult) => {
  expect(new Refusal(reason).hresult).toBe(hresult);
});
