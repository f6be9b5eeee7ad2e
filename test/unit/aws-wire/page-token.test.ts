import { expect, it } from 'vitest';
import { openPageToken, type PageScope, sealPageToken } from '../../../src/aws-wire/page-token.ts';
import { createSealer } from '../../../src/store/seal.ts';
import { awsErrorOf } from '../../support/clients/aws-error-of.ts';

const sealer = createSealer(Buffer.alloc(32, 7));
const scope: PageScope = {
  caller: { accountId: '123456789012', region: 'us-east-1', service: 'pca-connector-scep' },
  operation: 'ListChallengeMetadata',
  parent: 'arn:of-a-connector',
};
/** The pattern of NextToken in the API model. */
const PATTERN = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}==|[A-Za-z0-9_-]{3}=)?$/;

it('returns a position of any length', () => {
  for (let length = 0; length <= 512; length += 1) {
    const position = 'p'.repeat(length);
    const token = sealPageToken(sealer, scope, position);
    expect(token).toMatch(PATTERN);
    expect(token.length).toBeLessThanOrEqual(1000);
    expect(openPageToken(sealer, scope, token)).toBe(position);
  }
});

it('does not reveal the position', () => {
  const token = sealPageToken(sealer, scope, 'connector-0001');
  expect(Buffer.from(token, 'base64url').toString()).not.toContain('connector');
  expect(sealPageToken(sealer, scope, 'connector-0001')).not.toBe(token);
});

it('opens only in its own scope', () => {
  const token = sealPageToken(sealer, scope, 'here');
  const { caller } = scope;
  const elsewhere: PageScope[] = [
    { ...scope, operation: 'ListConnectors' },
    { ...scope, parent: 'arn:of-another' },
    { caller, operation: scope.operation },
    { ...scope, caller: { ...caller, accountId: '999999999999' } },
    { ...scope, caller: { ...caller, region: 'eu-west-1' } },
  ];
  for (const other of elsewhere) {
    expect(awsErrorOf(() => openPageToken(sealer, other, token)).code).toBe('ValidationException');
  }
});

it('throws InvalidNextTokenException for Private CA', () => {
  const privateCa: PageScope = { ...scope, caller: { ...scope.caller, service: 'acm-pca' } };
  const token = sealPageToken(sealer, scope, 'here');
  const error = awsErrorOf(() => openPageToken(sealer, privateCa, token));
  expect(error.code).toBe('InvalidNextTokenException');
});

it('refuses a changed, missing or added character and foreign tokens', () => {
  const token = sealPageToken(sealer, scope, 'here');
  const altered = [...token].map((character, at) => {
    const other = character === 'A' ? 'B' : 'A';
    return token.slice(0, at) + other + token.slice(at + 1);
  });
  const foreign = sealPageToken(createSealer(Buffer.alloc(32, 8)), scope, 'here');
  const wrong = [...altered, token.slice(0, -1), `${token}AAAA`, `${token}=`, foreign, '', 'AAAA'];
  for (const text of wrong) {
    const error = awsErrorOf(() => openPageToken(sealer, scope, text));
    expect(error.code).toBe('ValidationException');
    expect(error.message).toBe('The NextToken is not valid for this request');
  }
});
