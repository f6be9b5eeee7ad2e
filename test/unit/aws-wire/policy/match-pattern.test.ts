import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  matchesArn,
  matchesWildcards,
  resolveVariables,
} from '../../../../src/aws-wire/policy/match-pattern.ts';
import { processorTime } from '../../../support/load/processor-time.ts';

const CONTEXT = new Map([
  ['aws:username', ['alice']],
  ['aws:resourcetag/stars', ['a*?b']],
  ['aws:requesttag/twice', ['a', 'b']],
]);

it.each([
  ['', '', true],
  ['', 'a', false],
  ['*', '', true],
  ['*', 'anything\nat all', true],
  ['?', '', false],
  ['?', '\u{1f511}', true],
  ['??', '\u{1f511}', false],
  ['a*c', 'abc', true],
  ['a*c', 'ac', true],
  ['a*c', 'abcd', false],
  ['a?c', 'ac', false],
  ['a*b*c', 'a-b-b-c-c', true],
  ['*ab', 'aab', true],
  ['a.c', 'abc', false],
  ['[a-z]', 'b', false],
  ['A', 'a', false],
  [`x-\${aws:username}-*`, 'x-alice-1', true],
  [`x-\${AWS:UserName}`, 'x-alice', true],
  [`x-\${aws:username}`, 'x-bob', false],
  [`\${aws:ResourceTag/stars}`, 'a*?b', true],
  [`\${aws:ResourceTag/stars}`, 'a--b', false],
  [`\${aws:RequestTag/absent}*`, '', false],
  [`\${aws:RequestTag/twice}`, 'a', false],
  [`a\${*}b\${?}\${$}`, 'a*b?$', true],
  [`a\${*}b`, 'aab', false],
  ['a$b{c}', 'a$b{c}', true],
])('matches %j on %j: %s', (pattern, text, expected) => {
  expect(matchesWildcards(pattern, text, CONTEXT)).toBe(expected);
});

it.each([
  ['arn:aws:acm-pca:::template/*/V1', 'arn:aws:acm-pca:::template/EndEntityCertificate/V1', true],
  ['arn:*:acm-pca:*:*:template/*', 'arn:aws-cn:acm-pca:::template/X/V1', true],
  ['arn:aws:acm-pca:::template/X/V?', 'arn:aws:acm-pca:::template/X/V1', true],
  ['arn:aws:acm-pca:::template/x/V1', 'arn:aws:acm-pca:::template/X/V1', false],
  ['arn:aws:*:template/X/V1:a:b', 'arn:aws:acm-pca:::template/X/V1', false],
  ['arn:aws:*:b:c:d', 'arn:aws:a:b:b:c:d', false],
  ['arn:aws:a:b:c:*', 'arn:aws:a:b:c:d:e/f', true],
  ['arn:aws:a:b:*', 'arn:aws:a:b:c:d', false],
  ['*', 'arn:aws:a:b:c:d', false],
  ['arn:*:*:*:*:*', 'no ARN', false],
  [`arn:aws:iam::*:user/\${aws:username}`, 'arn:aws:iam::123456789012:user/alice', true],
  [`arn:aws:iam::*:user/\${aws:RequestTag/absent}`, 'arn:aws:iam::123456789012:user/', false],
])('matches the ARN pattern %j on %j: %s', (pattern, text, expected) => {
  expect(matchesArn(pattern, text, CONTEXT)).toBe(expected);
});

it('replaces the variables in a text', () => {
  expect(resolveVariables('', CONTEXT)).toBe('');
  expect(resolveVariables(`*-\${aws:username}-\${*}`, CONTEXT)).toBe('*-alice-*');
  expect(resolveVariables(`\${aws:RequestTag/absent}`, CONTEXT)).toBeUndefined();
});

it('matches like a regular expression on short texts', () => {
  const piece = fc.constantFrom('a', 'b', '*', '?', ':');
  const pattern = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const text = fc.array(fc.constantFrom('a', 'b', ':'), { maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (wildcards, characters) => {
      const regExp = new RegExp(`^${wildcards.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      const word = characters.join('');
      expect(matchesWildcards(wildcards, word, CONTEXT)).toBe(regExp.test(word));
    }),
    { numRuns: 2000 },
  );
});

it('matches many wildcards on a long text in less than two seconds', () => {
  const started = processorTime();
  expect(matchesWildcards('*a'.repeat(100), `${'a'.repeat(2000)}b`, CONTEXT)).toBe(false);
  expect(
    matchesArn(`arn:a:b:c:d:${'a*'.repeat(100)}c`, `arn:a:b:c:d:${'a'.repeat(2000)}`, CONTEXT),
  ).toBe(false);
  expect(processorTime() - started).toBeLessThan(2000);
});
