import { expect, it } from 'vitest';
import { AwsError, type AwsErrorCode } from '../../../src/aws-wire/aws-error.ts';
import { renderJson11, renderJson11Error } from '../../../src/aws-wire/render-json-1-1.ts';

it('renders an output, and none', () => {
  const { status, headers, body } = renderJson11({ At: new Date(1_500) });
  expect(status).toBe(200);
  expect(headers).toEqual({ 'Content-Type': 'application/x-amz-json-1.1' });
  expect(body).toBe('{"At":1.5}');
  expect(renderJson11(undefined).body).toBe('');
});

it.each<[AwsErrorCode, number, object]>([
  ['InvalidSignatureException', 400, { message: 'words' }],
  ['UnknownOperationException', 400, { message: 'words' }],
  ['ThrottlingException', 400, { message: 'words' }],
  ['AccessDeniedException', 400, { Message: 'words' }],
  ['InternalFailure', 500, { message: 'words' }],
])('renders %s with status %i', (code, status, text) => {
  const reply = renderJson11Error(new AwsError(code, 'words'));
  expect(reply.status).toBe(status);
  expect(JSON.parse(reply.body)).toEqual({ __type: code, ...text });
});
