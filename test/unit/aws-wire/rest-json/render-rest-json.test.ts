import { expect, it } from 'vitest';
import { AwsError } from '../../../../src/aws-wire/aws-error.ts';
import {
  renderRestJson,
  renderRestJsonError,
} from '../../../../src/aws-wire/rest-json/render-rest-json.ts';

it('renders times in seconds and omits undefined members', () => {
  const output = {
    Connectors: [{ CreatedAt: new Date(1_723_830_472_942), StatusReason: undefined }],
    NextToken: undefined,
  };
  expect(renderRestJson(200, output)).toEqual({
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: '{"Connectors":[{"CreatedAt":1723830472.942}]}',
  });
});

it('renders no output as an empty body', () => {
  expect(renderRestJson(204, undefined)).toEqual({ status: 204, headers: {}, body: '' });
});

it('renders a modelled error with its members, and Message with a capital', () => {
  const error = new AwsError('ConflictException', 'It is there', {
    ResourceId: 'arn',
    ResourceType: 'Connector',
  });
  const { status, headers, body } = renderRestJsonError(error);
  expect(status).toBe(409);
  expect(headers).toEqual({
    'Content-Type': 'application/json',
    'x-amzn-ErrorType': 'ConflictException',
  });
  expect(JSON.parse(body)).toEqual({
    Message: 'It is there',
    ResourceId: 'arn',
    ResourceType: 'Connector',
  });
});

it('renders an error of the front end with message in lower case', () => {
  const error = new AwsError('MissingAuthenticationTokenException', 'Missing');
  const { status, body } = renderRestJsonError(error);
  expect(status).toBe(403);
  expect(JSON.parse(body)).toEqual({ message: 'Missing' });
});
