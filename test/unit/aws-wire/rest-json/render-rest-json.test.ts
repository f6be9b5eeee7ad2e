import { expect, it } from 'vitest';
import { AwsError } from '../../../../src/aws-wire/aws-error.ts';
import {
  renderRestJson,
  renderRestJsonError,
} from '../../../../src/aws-wire/rest-json/render-rest-json.ts';

it('an output: times in seconds, undefined members left out', () => {
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

it('no output: no body', () => {
  expect(renderRestJson(204, undefined)).toEqual({ status: 204, headers: {}, body: '' });
});

it('a modelled error has its members, capital Message among them', () => {
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

it('one of the front end has a message', () => {
  const error = new AwsError('MissingAuthenticationTokenException', 'Missing');
  const { status, body } = renderRestJsonError(error);
  expect(status).toBe(403);
  expect(JSON.parse(body)).toEqual({ message: 'Missing' });
});
