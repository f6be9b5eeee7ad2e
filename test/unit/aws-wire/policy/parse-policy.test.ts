import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../../src/aws-wire/policy/parse-policy.ts';

const STATEMENT = { Effect: 'Allow', Action: 'acm-pca:Get*', Resource: '*' };

function policy(statement: object, document: object = { Version: '2012-10-17' }): string {
  return JSON.stringify({ ...document, Statement: { ...STATEMENT, ...statement } });
}

function condition(block: unknown): string {
  return policy({ Condition: block });
}

it('reads a policy with all elements', () => {
  const text = JSON.stringify({
    Version: '2012-10-17',
    Id: 'example',
    Statement: [
      { Sid: 'Read', Effect: 'Allow', Action: ['acm-pca:Get*', 'acm-pca:List*'], Resource: '*' },
      {
        Effect: 'Deny',
        NotAction: 'pca-connector-scep:GetConnector',
        NotResource: ['arn:aws:pca-connector-scep:us-east-1:123456789012:connector/*'],
        Condition: {
          StringEquals: { 'aws:ResourceTag/Team': 'a', 'aws:PrincipalAccount': 123456789012 },
          'ForAllValues:StringLikeIfExists': { 'aws:TagKeys': ['a*', 'b'] },
          Null: { 'acm-pca:TemplateArn': true },
        },
      },
    ],
  });
  expect(parsePolicy(text)).toEqual({
    statements: [
      {
        effect: 'Allow',
        actions: ['acm-pca:Get*', 'acm-pca:List*'],
        resources: ['*'],
        conditions: [],
      },
      {
        effect: 'Deny',
        notActions: ['pca-connector-scep:GetConnector'],
        notResources: ['arn:aws:pca-connector-scep:us-east-1:123456789012:connector/*'],
        conditions: [
          single('StringEquals', 'aws:resourcetag/team', 'a'),
          single('StringEquals', 'aws:principalaccount', '123456789012'),
          {
            quantifier: 'ForAllValues',
            operator: 'StringLike',
            ifExists: true,
            key: 'aws:tagkeys',
            values: ['a*', 'b'],
          },
          single('Null', 'acm-pca:templatearn', 'true'),
        ],
      },
    ],
  });
});

function single(operator: string, key: string, value: string) {
  return { quantifier: undefined, operator, ifExists: false, key, values: [value] };
}

describe('refuses and locates', () => {
  it.each([
    ['no JSON', '{', 'the policy is not JSON'],
    ['a list', '[]', 'the policy: '],
    ['no statement', '{"Version":"2012-10-17"}', 'Statement[0]: '],
    ['no statements', '{"Statement":[]}', 'Statement: is an empty list'],
    ['another version', policy({}, { Version: '2020-01-01' }), 'Version: '],
    ['an unknown element', policy({}, { Statements: [] }), 'the policy: Unrecognized key: "Statem'],
    [
      'an unknown element of a statement',
      policy({ Actions: [] }),
      'Statement[0]: Unrecognized key',
    ],
    ['an effect in other letters', policy({ Effect: 'deny' }), 'Statement[0].Effect: '],
    ['no effect', policy({ Effect: undefined }), 'Statement[0].Effect: '],
    ['a principal', policy({ Principal: '*' }), 'Statement[0].Principal: does not belong'],
    ['a NotPrincipal', policy({ NotPrincipal: '*' }), 'Statement[0].NotPrincipal: does not belong'],
    ['Action and NotAction', policy({ NotAction: '*' }), 'expected either Action or NotAction'],
    ['no action', policy({ Action: undefined }), 'expected either Action or NotAction'],
    ['both resources', policy({ NotResource: '*' }), 'expected either Resource or NotResource'],
    ['no resource', policy({ Resource: undefined }), 'expected either Resource or NotResource'],
    ['an empty list of actions', policy({ Action: [] }), 'Statement[0].Action: is an empty list'],
    ['an action without service', policy({ Action: ['*', 'Get*'] }), 'Statement[0].Action[1]: '],
    ['an action with a space', policy({ Action: 'acm-pca: Get*' }), 'Statement[0].Action[0]: '],
    ['a resource without arn', policy({ Resource: 'connector/*' }), 'Statement[0].Resource[0]: '],
    [
      'an unknown operator',
      condition({ NumericEquals: {} }),
      'Statement[0].Condition.NumericEquals',
    ],
    [
      'an operator that no key has use for',
      condition({ Bool: { 'aws:SecureTransport': true } }),
      'unknown operator Bool; there are StringEquals, ',
    ],
    [
      'an operator in other letters',
      condition({ stringequals: { 'aws:username': 'a' } }),
      'Statement[0].Condition.stringequals.aws:username: unknown operator stringequals',
    ],
    ['an inherited name', condition({ toString: { 'aws:username': 'a' } }), 'unknown operator'],
    [
      'the prototype',
      policy({}).replace('"*"}', '"*","Condition":{"__proto__":{"a":"b"}}}'),
      '"__proto__" is',
    ],
    [
      'the prototype as a key',
      policy({}).replace('"*"}', '"*","Condition":{"StringEquals":{"__proto__":"b"}}}'),
      ': ',
    ],
    [
      'a quantifier for Null',
      condition({ 'ForAnyValue:Null': { 'aws:TagKeys': true } }),
      'unknown op',
    ],
    ['NullIfExists', condition({ NullIfExists: { 'aws:TagKeys': true } }), 'unknown operator'],
    ['a value of Null', condition({ Null: { 'aws:TagKeys': 'yes' } }), 'expected true or false'],
    ['an operator without keys', condition({ StringEquals: {} }), '.StringEquals: is empty'],
    [
      'a key without values',
      condition({ StringEquals: { 'aws:username': [] } }),
      'Statement[0].Condition.StringEquals.aws:username: is an empty list',
    ],
    ['an object as value', condition({ StringEquals: { 'aws:username': {} } }), 'expected text'],
    [
      'an unknown key',
      condition({ StringEquals: { 'aws:SourceIp': '10.0.0.1' } }),
      'unknown key aws:SourceIp; there are acm-pca:TemplateArn, ',
    ],
    ['a tag without key', condition({ StringLike: { 'aws:ResourceTag/': '*' } }), 'unknown key'],
    ['a wildcard in a key', condition({ StringLike: { 'aws:ResourceTag/*': '*' } }), 'unknown key'],
    ['the placeholder', condition({ StringLike: { 'aws:TagKeys/tag-key': '*' } }), 'unknown key'],
    [
      'several values without quantifier',
      condition({ StringEquals: { 'aws:TagKeys': 'a' } }),
      'write ForAllValues: or ForAnyValue: before the operator',
    ],
    [
      'an ARN with parts missing',
      condition({ ArnLike: { 'acm-pca:TemplateArn': 'arn:aws:acm-pca:*' } }),
      'expected an ARN with all its parts',
    ],
    [
      'an element twice',
      policy({}).replace('"Effect":"Allow"', '"Effect":"Deny","Effect":"Allow"'),
      '"Effect" is repeated',
    ],
    [
      'an element twice, once in escapes',
      policy({}).replace('"Effect":"Allow"', '"Effect":"Deny","\\u0045ffect":"Allow"'),
      '"Effect" is repeated',
    ],
    [
      'a variable of the older version',
      policy({ Resource: `arn:\${aws:username}` }, { Version: '2008-10-17' }),
      'Statement[0].Resource: variables need Version 2012-10-17',
    ],
    [
      'a variable without version',
      policy({ Condition: { StringLike: { 'aws:username': `\${aws:username}` } } }, {}),
      'variables need Version 2012-10-17',
    ],
    [
      'an unknown variable',
      policy({ Resource: `arn:\${aws:SourceIp}` }),
      'unknown variable aws:Sou',
    ],
    [
      'a variable of several values',
      policy({ Resource: `arn:\${aws:TagKeys}` }),
      'unknown variable',
    ],
    [
      'a variable with a default',
      condition({ StringLike: { 'aws:username': `\${aws:ResourceTag/owner, 'x'}` } }),
      'unknown variable',
    ],
    ['a variable without end', policy({ Resource: `arn:\${aws:username` }), 'no closing brace'],
    [
      'a variable in NotResource',
      policy({ Resource: undefined, NotResource: `arn:\${aws:username}` }),
      'Statement[0].NotResource: variables are not allowed here',
    ],
    ['too long', policy({ Sid: 'x'.repeat(20_480) }), 'the policy is longer than 20480 octets'],
    ['too long in UTF-8', policy({ Sid: 'ü'.repeat(10_240) }), 'longer than 20480 octets'],
  ])('%s', (_, text, message) => {
    expect(() => parsePolicy(text)).toThrow(RangeError);
    expect(() => parsePolicy(text)).toThrow(message);
  });
});

it.each([
  ['*', '*'],
  ['acm-pca:*', '*'],
  ['ACM-PCA:get?ertificate', 'arn:aws-cn:acm-pca:*'],
  ['*:*', `arn:aws:acm-pca:*:\${aws:PrincipalAccount}:certificate-authority/\${*}`],
])('accepts %s on %s', (Action, Resource) => {
  expect(parsePolicy(policy({ Action, Resource })).statements[0]).toMatchObject({
    actions: [Action],
    resources: [Resource],
  });
});

it('treats an empty Condition, which consoles write, as none', () => {
  expect(parsePolicy(condition({})).statements[0]?.conditions).toEqual([]);
});

it('refuses any number of open brackets', () => {
  const text = '['.repeat(10_000);
  expect(() => parsePolicy(text)).toThrow(RangeError);
  expect(() => parsePolicy(text + ']'.repeat(10_000))).toThrow(RangeError);
});

it('throws only RangeError for any text', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ Version: fc.json(), Statement: fc.json() }).map((parts) => JSON.stringify(parts)),
    fc.record({ Condition: fc.jsonValue() }).map((parts) => policy(parts)),
  );
  fc.assert(
    fc.property(text, (json) => {
      try {
        parsePolicy(json);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});
