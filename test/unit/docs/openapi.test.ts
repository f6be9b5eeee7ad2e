import path from 'node:path';
import { expect, it } from 'vitest';
import { AWS_ERRORS } from '../../../src/aws-wire/aws-error.ts';
import type { Operation } from '../../../src/connector-api/operation.ts';
import { OPERATIONS } from '../../../src/connector-api/operations/operations.ts';
import { type ApiModel, readApiModel } from '../../support/api-model/api-model.ts';
import { modelJsonSchema, wireJsonSchema } from '../../support/api-model/wire-json-schema.ts';

type AnyOperation = Operation<unknown, unknown>;
type Schema = ReturnType<typeof wireJsonSchema>;

/** Errors of the front end: every operation has them. */
const FRONT_END = [
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'SerializationException',
  'UnrecognizedClientException',
] as const;

const FILE = path.resolve(import.meta.dirname, '../../../docs/openapi.json');

it('generates docs/openapi.json from the schemas of the operations', async () => {
  const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(FILE);
});

/** The API of Connector for SCEP as OpenAPI 3.1, from the schemas that check inputs. */
function openApiDocument(): object {
  const operations: readonly (readonly [string, AnyOperation])[] = Object.entries(OPERATIONS);
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, operation] of operations) {
    const { method, path } = operation.http;
    paths[path] = { ...paths[path], [method.toLowerCase()]: describeOperation(name, operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Connector for SCEP',
      version: '2018-05-10',
      description:
        'The control API of AWS Private CA Connector for SCEP, as scep-connector serves it. A base path may stand before every path.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:8081', description: 'scep-connector dev' }],
    security: [{ sigv4: [] }],
    tags: ['connectors', 'challenges', 'tags'].map((tag) => ({ name: tag })),
    paths,
    components: {
      securitySchemes: {
        sigv4: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          'x-amazon-apigateway-authtype': 'awsSigv4',
          description: 'AWS Signature Version 4 for the service pca-connector-scep.',
        },
      },
      headers: {
        'x-amzn-RequestId': {
          description: 'Names the request in the log.',
          schema: { type: 'string' },
        },
        'x-amzn-ErrorType': { description: 'The name of the error.', schema: { type: 'string' } },
      },
      schemas: errorSchemas(operations.map(([, operation]) => operation)),
    },
  };
}

function describeOperation(name: string, operation: AnyOperation): object {
  const { http, input, output } = operation;
  const { properties = {}, required = [] } = wireJsonSchema(input);
  const parameters = [
    ...[...http.path.matchAll(/\{(\w+)\}/g)].map(([, member = '']) => ({
      name: member,
      in: 'path',
      required: true,
      schema: properties[member],
    })),
    ...Object.entries<string | undefined>(http.query ?? {}).map(([member, place = member]) => ({
      name: place,
      in: 'query',
      required: required.includes(member),
      schema: properties[member],
    })),
  ];
  const inBody = Object.keys(properties).filter(
    (member) => !http.path.includes(`{${member}}`) && !Object.hasOwn(http.query ?? {}, member),
  );
  return {
    operationId: name,
    tags: [tagOf(http.path)],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(inBody.length > 0 ? { requestBody: requestBody(properties, required, inBody) } : {}),
    responses: {
      [http.status]: {
        description: name,
        headers: headers('x-amzn-RequestId'),
        ...(output ? { content: json(wireJsonSchema(output)) } : {}),
      },
      ...errorResponses(operation),
    },
  };
}

function tagOf(path: string): string {
  const [, first = ''] = path.split('/');
  return first.startsWith('challenge') ? 'challenges' : first;
}

function requestBody(
  properties: NonNullable<Schema['properties']>,
  required: readonly string[],
  members: readonly string[],
): object {
  const schema = {
    type: 'object',
    properties: Object.fromEntries(members.map((member) => [member, properties[member]])),
    required: required.filter((member) => members.includes(member)),
  };
  return { required: true, content: json(schema) };
}

/** One response for each status, for all errors that have it. */
function errorResponses({ errors }: AnyOperation): Readonly<Record<string, object>> {
  const names = [...errors, ...FRONT_END].toSorted();
  const statuses = [...new Set(names.map((name) => AWS_ERRORS[name]))].toSorted();
  const responses = statuses.map((status) => {
    const codes = names.filter((name) => AWS_ERRORS[name] === status);
    const schemas = codes.map((code) => ({ $ref: `#/components/schemas/${code}` }));
    const response = {
      description: codes.join(', '),
      headers: headers('x-amzn-RequestId', 'x-amzn-ErrorType'),
      content: json({ anyOf: schemas }),
    };
    return [status, response] as const;
  });
  return Object.fromEntries(responses);
}

function errorSchemas(operations: readonly AnyOperation[]): Readonly<Record<string, object>> {
  const model: ApiModel = readApiModel('pca-connector-scep');
  const message = { type: 'string' };
  const modelled = new Set(operations.flatMap(({ errors }) => errors));
  return Object.fromEntries<object>([
    ...[...modelled]
      .toSorted()
      .map((name) => [name, modelJsonSchema(model, { shape: name })] as const),
    ...FRONT_END.map((name) => [name, { type: 'object', properties: { message } }] as const),
  ]);
}

function headers(...names: readonly string[]): Readonly<Record<string, object>> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function json(schema: object): object {
  return { 'application/json': { schema } };
}
