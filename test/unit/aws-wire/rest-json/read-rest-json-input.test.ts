import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type RestJsonRequest,
  readRestJsonInput,
} from '../../../../src/aws-wire/rest-json/read-rest-json-input.ts';
import { awsErrorOf } from '../../../support/clients/aws-error-of.ts';

const LIST = {
  http: {
    method: 'GET',
    path: '/things/{Arn}',
    status: 200,
    query: { MaxResults: 'MaxResults', NextToken: 'NextToken', TagKeys: 'tagKeys' },
  },
  input: z.object({
    Arn: z.string(),
    MaxResults: z.int().optional(),
    NextToken: z.string().optional(),
    TagKeys: z.array(z.string()),
  }),
};
const TAG = {
  http: { method: 'POST', path: '/things/{Arn}', status: 204 },
  input: z.object({ Arn: z.string(), Tags: z.record(z.string(), z.string()) }),
};

const request = (parts: { query?: string; body?: string | Uint8Array }): RestJsonRequest => ({
  labels: { Arn: 'arn' },
  query: parts.query ?? '',
  body: Buffer.from(parts.body ?? ''),
});
const list = (query: string) => readRestJsonInput(LIST, request({ query }));
const tag = (body: string | Uint8Array) => readRestJsonInput(TAG, request({ body }));

describe('the query', () => {
  it.each([
    ['', {}],
    ['MaxResults=10', { MaxResults: 10 }],
    ['MaxResults=0010', { MaxResults: 10 }],
    ['MaxResults=-1', { MaxResults: -1 }],
    ['NextToken=', { NextToken: '' }],
    ['NextToken', { NextToken: '' }],
    ['NextToken=AB-_%3D%3D', { NextToken: 'AB-_==' }],
    ['NextToken=AB==', { NextToken: 'AB==' }],
    ['Next%54oken=a', { NextToken: 'a' }],
    ['tagKeys=a%20b&tagKeys=c%26d', { TagKeys: ['a b', 'c&d'] }],
    ['tagKeys=a&NextToken=t&tagKeys=a', { TagKeys: ['a', 'a'], NextToken: 't' }],
    ['tagKeys=a+b', { TagKeys: ['a+b'] }],
    ['TagKeys=a&nexttoken=t&other=1&&=', {}],
    ['Arn=another', {}],
    ['__proto__=x&constructor=y', {}],
  ])('%s', (query, members) => {
    expect(list(query)).toEqual({ Arn: 'arn', ...members });
  });

  it.each([
    'MaxResults=ten',
    'MaxResults=',
    'MaxResults=1.5',
    'MaxResults=1e3',
    'MaxResults=0x10',
    'MaxResults=%2010',
    'MaxResults=99999999999999999999',
    'MaxResults=1&MaxResults=2',
    'NextToken=a&NextToken=b',
    'NextToken=%',
    'NextToken=%ff',
    'other=%zz',
  ])('%s cannot be read', (query) => {
    expect(awsErrorOf(() => list(query)).code).toBe('SerializationException');
  });
});

describe('the body', () => {
  it.each([
    ['', {}],
    ['{}', {}],
    [' {"Tags":{"a":"\\u00fc"}} ', { Tags: { a: 'ü' } }],
    ['\ufeff{}', {}],
    ['{"Other":1,"tags":{}}', {}],
    // The label counts, whatever the body contains.
    ['{"Arn":"another","Tags":{}}', { Tags: {} }],
    ['{"Tags":{},"Tags":{"last":"wins"}}', { Tags: { last: 'wins' } }],
  ])('%s', (body, members) => {
    expect(tag(body)).toEqual({ Arn: 'arn', ...members });
  });

  it.each<[string, string | Uint8Array]>([
    ['null', 'null'],
    ['a list', '[]'],
    ['text', '"x"'],
    ['two objects', '{}{}'],
    ['half an object', '{"Tags":'],
    ['a comment', '{}//'],
    ['a form', 'Tags=x'],
    ['what is not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
    ['half a surrogate pair', '{"Tags":{"a":"\\ud800"}}'],
    ['half a one in a name', '{"Tags":{"\\udc00":"a"}}'],
    ['lists 65 deep', `{"a":${'['.repeat(65)}${']'.repeat(65)}}`],
    ['a list of 100,001', `{"a":[${'1,'.repeat(100_000)}1]}`],
    ['60,000 members', `{"a":{${Array.from({ length: 60_000 }, (_, i) => `"${i}":0`).join()}}}`],
    ['a thousand lists of a hundred', `{"a":[${`[${'1,'.repeat(99)}1],`.repeat(1_000)}1]}`],
    ['__proto__ as the key of a map', '{"Tags":{"__proto__":"a"}}'],
    ['a million opened lists', '['.repeat(1_000_000)],
    ['a million lists', `{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`],
  ])('%s cannot be read', (_name, body) => {
    const error = awsErrorOf(() => tag(body));
    expect(error.code).toBe('SerializationException');
    expect(error.message.length).toBeLessThan(100);
  });

  it('may be 64 deep, and hold any octets in its text', () => {
    const deep = `${'['.repeat(64)}${']'.repeat(64)}`;
    const text = `\\\\\\"${'[{,:'.repeat(100_000)}`;
    const members = tag(`{"a":${deep},"b":"${text}","Tags":{"c":"\\\\"}}`);
    expect(members).toEqual({ Arn: 'arn', Tags: { c: '\\' } });
  });

  it('may have 100,000 parts', () => {
    const others = Array.from({ length: 49_999 }, (_, index) => `"${index}":0`).join();
    expect(tag(`{${others},"Tags":{}}`)).toEqual({ Arn: 'arn', Tags: {} });
  });

  it('is not looked at where nothing is expected in it', () => {
    expect(readRestJsonInput(LIST, request({ body: 'junk' }))).toEqual({ Arn: 'arn' });
  });
});
