import { describe, expect, it } from 'vitest';
import { parseScepQuery } from '../../../src/scep/parse-scep-query.ts';

describe('parseScepQuery', () => {
  it.each([
    ['/scep?operation=GetCACaps', 'getcacaps', undefined],
    ['/scep?operation=GetCACaps&message=', 'getcacaps', ''],
    ['/scep?operation=PKIOperation&message=AA', 'pkioperation', 'AA'],
    ['/scep?message=AA&operation=PKIOperation', 'pkioperation', 'AA'],
    ['/scep?OPERATION=pkioperation&Message=Aa', 'pkioperation', 'Aa'],
    ['/scep?x=1&operation=GetCACert&y&message=0', 'getcacert', '0'],
    ['/scep', undefined, undefined],
    ['/scep?', undefined, undefined],
    ['/scep?&&', undefined, undefined],
    ['/scep?operation', '', undefined],
    ['/scep?operation=', '', undefined],
    ['', undefined, undefined],
  ])('reads %s', (target, operation, message) => {
    expect(parseScepQuery(target)).toEqual({ operation, message });
  });

  it('leaves the message unchanged, including escapes and plus signs', () => {
    expect(parseScepQuery('/?operation=PKIOperation&message=a+b%2Bc/d==').message).toBe(
      'a+b%2Bc/d==',
    );
  });

  it('keeps a question mark in the message', () => {
    expect(parseScepQuery('/?message=a?b').message).toBe('a?b');
  });

  it.each([
    ['/scep/pkiclient.exe??operation=GetCACert&message=0', 'getcacert'],
    ['/scep??operation=GetCACaps', 'getcacaps'],
    ['/scep???operation=GetCACaps', undefined],
  ])('reads %s, whose question mark is doubled', (target, operation) => {
    expect(parseScepQuery(target).operation).toBe(operation);
  });

  it('uses the first of repeated parameters', () => {
    expect(parseScepQuery('/?operation=A&operation=B&message=1&message=2')).toEqual({
      operation: 'a',
      message: '1',
    });
  });

  it.each(['message[]=AA', 'message[0]=AA', '__proto__=AA', 'messages=AA', 'amessage=AA'])(
    'does not read %s as a message',
    (parameter) => {
      expect(parseScepQuery(`/?${parameter}`)).toEqual({
        operation: undefined,
        message: undefined,
      });
    },
  );

  it('reads no further than 16 parameters', () => {
    const query = (others: number) => `/?${'a&'.repeat(others)}operation=GetCACert`;
    expect(parseScepQuery(query(15)).operation).toBe('getcacert');
    expect(parseScepQuery(query(16)).operation).toBeUndefined();
  });
});
