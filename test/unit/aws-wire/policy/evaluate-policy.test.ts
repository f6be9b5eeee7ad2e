import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evaluatePolicy,
  type PolicyDecision,
} from '../../../../src/aws-wire/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../../src/aws-wire/policy/parse-policy.ts';
import type { RequestContext } from '../../../../src/aws-wire/policy/request-context.ts';

const ACTION = 'acm-pca:IssueCertificate';
const CA = 'arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/';
const RESOURCE = `${CA}8b5c8f1e-1111-4222-8333-123456789abc`;
const TEMPLATE = 'arn:aws:acm-pca:::template/EndEntityCertificate/V1';

type Values = Readonly<Record<string, string | readonly string[]>>;

function context(values: Values): RequestContext {
  return new Map(
    Object.entries(values).map(([key, value]) => [key.toLowerCase(), [value].flat()] as const),
  );
}

function decide(
  statements: object | readonly object[],
  {
    action = ACTION,
    resource = RESOURCE,
    values = {},
  }: {
    readonly action?: string;
    readonly resource?: string;
    readonly values?: Values;
  } = {},
): PolicyDecision {
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  return evaluatePolicy(policy, { action, resource, context: context(values) });
}

const allow = (statement: object = {}) => ({
  Effect: 'Allow',
  ...('NotAction' in statement ? {} : { Action: '*' }),
  ...('NotResource' in statement ? {} : { Resource: '*' }),
  ...statement,
});
const deny = (statement: object = {}) => ({ ...allow(statement), Effect: 'Deny' });

describe('actions and resources', () => {
  it.each<[string, object | readonly object[], PolicyDecision]>([
    ['everything', allow(), 'allowed'],
    ['the action', allow({ Action: ACTION }), 'allowed'],
    ['another action', allow({ Action: 'acm-pca:GetCertificate' }), 'implicit-deny'],
    ['the action of another service', allow({ Action: 's3:IssueCertificate' }), 'implicit-deny'],
    ['the action in other letters', allow({ Action: 'ACM-PCA:issuecertificate' }), 'allowed'],
    ['the service', allow({ Action: 'acm-pca:*' }), 'allowed'],
    ['a part of the action', allow({ Action: 'acm-pca:Issue*' }), 'allowed'],
    ['characters of the action', allow({ Action: 'acm-pca:IssueCertificat?' }), 'allowed'],
    ['a character too many', allow({ Action: 'acm-pca:IssueCertificate?' }), 'implicit-deny'],
    ['one of several actions', allow({ Action: ['s3:*', ACTION] }), 'allowed'],
    ['all actions but others', allow({ NotAction: 's3:*' }), 'allowed'],
    ['all actions but this', allow({ NotAction: ['s3:*', 'acm-pca:*'] }), 'implicit-deny'],
    ['the resource', allow({ Resource: RESOURCE }), 'allowed'],
    ['another resource', allow({ Resource: `${RESOURCE}0` }), 'implicit-deny'],
    [
      'the resource in other letters',
      allow({ Resource: RESOURCE.toUpperCase().replace('ARN', 'arn') }),
      'implicit-deny',
    ],
    ['resources of the kind', allow({ Resource: `${CA}*` }), 'allowed'],
    ['a wildcard across colons', allow({ Resource: 'arn:aws:acm-pca:*' }), 'allowed'],
    ['one of several resources', allow({ Resource: ['arn:aws:s3:::*', RESOURCE] }), 'allowed'],
    ['another account', allow({ Resource: 'arn:aws:acm-pca:*:999999999999:*' }), 'implicit-deny'],
    ['all resources but others', allow({ NotResource: 'arn:aws:s3:::*' }), 'allowed'],
    ['all resources but this', allow({ NotResource: `${CA}*` }), 'implicit-deny'],
    ['a denial beside', [allow(), deny({ Action: 's3:*' })], 'allowed'],
    ['a denial after', [allow(), deny()], 'explicit-deny'],
    ['a denial before', [deny(), allow()], 'explicit-deny'],
    ['a denial of all but this action', [allow(), deny({ NotAction: ACTION })], 'allowed'],
    ['a denial of all but others', [allow(), deny({ NotAction: 's3:*' })], 'explicit-deny'],
    ['a denial of all but this resource', [allow(), deny({ NotResource: RESOURCE })], 'allowed'],
    ['a denial and nothing else', deny({ Action: 's3:*' }), 'implicit-deny'],
    [
      'the action here, the resource there',
      [allow({ Action: 's3:*' }), allow({ Resource: 'arn:aws:s3:::*' })],
      'implicit-deny',
    ],
  ])('%s', (_, statements, decision) => {
    expect(decide(statements)).toBe(decision);
  });

  it('an action without a resource is allowed only by *', () => {
    expect(decide(allow(), { resource: '*' })).toBe('allowed');
    expect(decide(allow({ Resource: `${CA}*` }), { resource: '*' })).toBe('implicit-deny');
    expect(decide([allow(), deny({ Resource: `${CA}*` })], { resource: '*' })).toBe('allowed');
  });

  it('variables in a resource are replaced', () => {
    const Resource = `arn:aws:acm-pca:\${aws:RequestedRegion}:\${aws:PrincipalAccount}:*`;
    const values = { 'aws:RequestedRegion': 'us-east-1', 'aws:PrincipalAccount': '123456789012' };
    expect(decide(allow({ Resource }), { values })).toBe('allowed');
    expect(decide(allow({ Resource }), { values: { ...values, 'aws:RequestedRegion': '*' } })).toBe(
      'implicit-deny',
    );
    expect(decide(allow({ Resource }), { values: {} })).toBe('implicit-deny');
  });
});

describe('conditions', () => {
  const TEAM = 'aws:ResourceTag/team';
  const a = { [TEAM]: 'a' };
  const ARN = 'acm-pca:TemplateArn';
  const KEYS = 'aws:TagKeys';
  const template = { [ARN]: TEMPLATE };

  it.each<
    [
      operator: string,
      key: string,
      said: string | readonly string[],
      values: Values,
      holds: boolean,
    ]
  >([
    ['StringEquals', TEAM, 'a', a, true],
    ['StringEquals', TEAM, 'a', { [TEAM]: 'A' }, false],
    ['StringEquals', TEAM, 'a', { [TEAM]: '' }, false],
    ['StringEquals', TEAM, '', { [TEAM]: '' }, true],
    ['StringEquals', TEAM, 'a', {}, false],
    ['StringEquals', TEAM, ['b', 'a'], a, true],
    ['StringEquals', TEAM, ['b', 'c'], a, false],
    ['StringEquals', TEAM, '*', a, false],
    ['StringEquals', TEAM, '*', { [TEAM]: '*' }, true],
    ['StringEquals', 'aws:resourcetag/TEAM', 'a', a, true],
    ['StringEquals', TEAM, `\${aws:username}`, { ...a, 'aws:username': 'a' }, true],
    ['StringEquals', TEAM, `\${aws:username}`, { ...a, 'aws:username': 'b' }, false],
    ['StringEquals', TEAM, `\${aws:username}`, a, false],
    ['StringEquals', TEAM, `\${*}`, { [TEAM]: '*' }, true],
    ['StringNotEquals', TEAM, 'a', a, false],
    ['StringNotEquals', TEAM, 'a', { [TEAM]: 'b' }, true],
    ['StringNotEquals', TEAM, 'a', {}, true],
    ['StringNotEquals', TEAM, ['b', 'a'], a, false],
    ['StringNotEquals', TEAM, ['b', 'c'], a, true],
    ['StringNotEquals', TEAM, `\${aws:username}`, a, true],
    ['StringEqualsIgnoreCase', TEAM, 'A', a, true],
    ['StringEqualsIgnoreCase', TEAM, 'b', a, false],
    ['StringEqualsIgnoreCase', TEAM, 'A', {}, false],
    ['StringNotEqualsIgnoreCase', TEAM, 'A', a, false],
    ['StringNotEqualsIgnoreCase', TEAM, 'b', a, true],
    ['StringNotEqualsIgnoreCase', TEAM, 'A', {}, true],
    ['StringLike', TEAM, 'a*', { [TEAM]: 'abc' }, true],
    ['StringLike', TEAM, 'a?', { [TEAM]: 'abc' }, false],
    ['StringLike', TEAM, '*', { [TEAM]: '' }, true],
    ['StringLike', TEAM, '*', {}, false],
    ['StringNotLike', TEAM, 'a*', { [TEAM]: 'abc' }, false],
    ['StringNotLike', TEAM, ['b*', 'c*'], { [TEAM]: 'abc' }, true],
    ['StringNotLike', TEAM, '*', {}, true],
    ['ArnEquals', ARN, TEMPLATE, template, true],
    ['ArnEquals', ARN, 'arn:aws:acm-pca:::template/*', template, true],
    ['ArnEquals', ARN, 'arn:aws:acm-pca:::template/Root*', template, false],
    ['ArnEquals', ARN, TEMPLATE, {}, false],
    ['ArnLike', ARN, 'arn:*:acm-pca:*:*:template/EndEntity*/V?', template, true],
    ['ArnLike', ARN, 'arn:*:*:*:*:*', { [ARN]: 'x' }, false],
    ['ArnNotEquals', ARN, 'arn:aws:acm-pca:::template/*', template, false],
    ['ArnNotEquals', ARN, 'arn:aws:acm-pca:::template/Root*', template, true],
    ['ArnNotLike', ARN, 'arn:aws:acm-pca:::template/*', template, false],
    ['ArnNotLike', ARN, 'arn:*:*:*:*:*', { [ARN]: 'x' }, true],
    ['ArnNotLike', ARN, TEMPLATE, {}, true],
    ['Null', ARN, 'true', {}, true],
    ['Null', ARN, 'true', template, false],
    ['Null', ARN, 'false', {}, false],
    ['Null', ARN, 'false', template, true],
    ['Null', ARN, ['true', 'false'], template, true],
    ['Null', TEAM, 'true', { [TEAM]: '' }, false],
    ['Null', KEYS, 'false', { [KEYS]: ['a', 'b'] }, true],
    ['StringEqualsIfExists', TEAM, 'a', {}, true],
    ['StringEqualsIfExists', TEAM, 'a', a, true],
    ['StringEqualsIfExists', TEAM, 'b', a, false],
    ['StringNotEqualsIfExists', TEAM, 'a', {}, true],
    ['StringNotEqualsIfExists', TEAM, 'a', a, false],
    ['StringLikeIfExists', TEAM, 'b*', a, false],
    ['ArnLikeIfExists', ARN, 'arn:aws:acm-pca:::template/Root*', {}, true],
    ['ForAllValues:StringEquals', KEYS, ['a', 'b'], { [KEYS]: ['a', 'b'] }, true],
    ['ForAllValues:StringEquals', KEYS, ['a', 'b', 'c'], { [KEYS]: ['a', 'b'] }, true],
    ['ForAllValues:StringEquals', KEYS, ['a'], { [KEYS]: ['a', 'b'] }, false],
    ['ForAllValues:StringEquals', KEYS, ['a'], {}, true],
    ['ForAllValues:StringEquals', KEYS, ['a'], { [KEYS]: [''] }, true],
    ['ForAllValues:StringLike', KEYS, ['a*'], { [KEYS]: ['a', 'ab'] }, true],
    ['ForAllValues:StringNotEquals', KEYS, ['a', 'b'], { [KEYS]: ['c', 'd'] }, true],
    ['ForAllValues:StringNotEquals', KEYS, ['a', 'b'], { [KEYS]: ['c', 'b'] }, false],
    ['ForAllValues:StringNotEquals', KEYS, ['a'], {}, true],
    ['ForAllValues:StringEqualsIfExists', KEYS, ['a'], {}, true],
    ['ForAllValues:StringEquals', TEAM, 'a', {}, true],
    ['ForAnyValue:StringEquals', KEYS, ['a', 'b'], { [KEYS]: ['b', 'c'] }, true],
    ['ForAnyValue:StringEquals', KEYS, ['a', 'b'], { [KEYS]: ['c', 'd'] }, false],
    ['ForAnyValue:StringEquals', KEYS, ['a'], {}, false],
    ['ForAnyValue:StringEqualsIfExists', KEYS, ['a'], {}, false],
    ['ForAnyValue:StringLike', KEYS, '*', { [KEYS]: [''] }, false],
    ['ForAnyValue:StringNotEquals', KEYS, ['a'], { [KEYS]: ['a', 'b'] }, true],
    ['ForAnyValue:StringNotEquals', KEYS, ['a', 'b'], { [KEYS]: ['a', 'b'] }, false],
    ['ForAnyValue:StringNotEquals', KEYS, ['a'], {}, false],
    ['ForAnyValue:StringEqualsIgnoreCase', KEYS, 'A', { [KEYS]: ['a'] }, true],
  ])('%s %s %j of %j: %s', (operator, key, said, values, holds) => {
    const Condition = { [operator]: { [key]: said } };
    expect(decide(allow({ Condition }), { values })).toBe(holds ? 'allowed' : 'implicit-deny');
    expect(decide([allow(), deny({ Condition })], { values })).toBe(
      holds ? 'explicit-deny' : 'allowed',
    );
  });

  it('must all hold: every operator and every key', () => {
    const Condition = {
      StringEquals: { [TEAM]: 'a', 'aws:username': 'alice' },
      ArnLike: { [ARN]: TEMPLATE },
    };
    const values = { ...a, ...template, 'aws:username': 'alice' };
    expect(decide(allow({ Condition }), { values })).toBe('allowed');
    for (const key of Object.keys(values)) {
      const others = { ...values, [key]: 'other' };
      expect(decide(allow({ Condition }), { values: others })).toBe('implicit-deny');
    }
  });

  it('are applied strictly to tags whose keys differ only in case', () => {
    const Condition = { StringEquals: { [TEAM]: 'a' } };
    const values = { [TEAM]: ['a', 'b'] };
    expect(decide(allow({ Condition }), { values })).toBe('implicit-deny');
    expect(decide([allow(), deny({ Condition })], { values })).toBe('explicit-deny');
  });
});

describe('whatever the statements', () => {
  const pattern = fc.constantFrom('*', ACTION, 'acm-pca:*', 's3:*', 'acm-pca:?ssue*');
  const resource = fc.constantFrom('*', RESOURCE, `${CA}*`, 'arn:aws:s3:::*');
  const values = fc.record(
    {
      'aws:username': fc.constantFrom('a', 'b'),
      'aws:TagKeys': fc.subarray(['a', 'b'], { minLength: 1 }),
    },
    { requiredKeys: [] },
  );
  const condition = fc.constantFrom(
    {},
    { StringEquals: { 'aws:username': 'a' } },
    { StringNotEquals: { 'aws:username': 'a' } },
    { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } },
    { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } },
  );
  const statement = fc
    .tuple(
      fc.constantFrom('Allow', 'Deny'),
      fc.constantFrom('Action', 'NotAction'),
      pattern,
      fc.constantFrom('Resource', 'NotResource'),
      resource,
      condition,
    )
    .map(([Effect, action, actions, element, resources, Condition]) => ({
      Effect,
      [action]: actions,
      [element]: resources,
      Condition,
    }));
  const statements = fc.array(statement, { minLength: 1, maxLength: 5 });
  const rank = { 'implicit-deny': 0, allowed: 1, 'explicit-deny': 2 };

  it('adding statements never revokes a denial, and revokes an allowance only by denying', () => {
    fc.assert(
      fc.property(statements, statements, values, (some, more, request) => {
        const before = decide(some, { values: request });
        const after = decide([...some, ...more], { values: request });
        expect(rank[after]).toBe(Math.max(rank[before], rank[decide(more, { values: request })]));
      }),
      { numRuns: 1000 },
    );
  });

  it('adding one that allows removes nothing, and adding one that denies permits nothing', () => {
    fc.assert(
      fc.property(statements, statement, values, (some, one, request) => {
        const before = decide(some, { values: request });
        const withAllow = decide([...some, { ...one, Effect: 'Allow' }], { values: request });
        const withDeny = decide([...some, { ...one, Effect: 'Deny' }], { values: request });
        expect(rank[withAllow]).toBeGreaterThanOrEqual(rank[before]);
        expect([before, 'explicit-deny']).toContain(withDeny);
      }),
      { numRuns: 1000 },
    );
  });

  it('their order does not matter', () => {
    fc.assert(
      fc.property(statements, values, (some, request) => {
        expect(decide([...some].reverse(), { values: request })).toBe(
          decide(some, { values: request }),
        );
      }),
    );
  });

  it('nothing is allowed that no statement allows', () => {
    fc.assert(
      fc.property(statements, values, (some, request) => {
        const denials = some.map((one) => ({ ...one, Effect: 'Deny' }));
        expect(decide(denials, { values: request })).not.toBe('allowed');
      }),
    );
  });
});
