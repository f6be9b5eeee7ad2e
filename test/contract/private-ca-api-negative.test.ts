import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  membersOfShape,
  readApiModel,
  type ShapeRef,
  shapeOf,
} from '../support/api-model/api-model.ts';
import {
  forbiddenInBody,
  requiredSamples,
  uncapitalised,
} from '../support/api-model/negative-cases.ts';
import { plainPattern } from '../support/api-model/plain-pattern.ts';
import type { ApiReply } from '../support/servers/start-api.ts';
import {
  type RunningPrivateCaApi,
  startPrivateCaApi,
} from '../support/servers/start-private-ca-api.ts';

const model = readApiModel('acm-pca');

/** A value for each shape that has a pattern. A shape of a newer model needs one too. */
const SAMPLES: Readonly<Record<string, string>> = {
  ASN1PrintableString64: 'text',
  AWSPolicy: '{}',
  AccountId: '111122223333',
  // Of an authority that does not exist.
  Arn: 'arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566',
  AuditReportId: '11223344-1234-1122-2233-112233445566',
  Base64String1To4096: 'AA==',
  CnameString: 'example.com',
  CountryCodeString: 'DE',
  CrlPathString: 'path',
  CustomObjectIdentifier: '1.2.3',
  IdempotencyToken: 'a-token',
  Principal: 'acm.amazonaws.com',
  S3BucketName3To255: 'bucket',
  TagKey: 'team',
  TagValue: 'pki',
};

function sampleOf(ref: ShapeRef): unknown {
  const shape = shapeOf(model, ref);
  const { type, min = 1, pattern, member, enum: values } = shape;
  switch (type) {
    case 'structure':
      return requiredSamples(shape, sampleOf);
    case 'list':
      return member && [sampleOf(member)];
    case 'boolean':
      return true;
    case 'blob':
      return 'AA==';
    case 'integer':
    case 'long':
      return min;
    case 'string':
      if (pattern === undefined) return values?.[0] ?? 'x'.repeat(Math.max(1, min));
      if (!Object.hasOwn(SAMPLES, ref.shape)) throw new Error(`no sample of ${ref.shape}`);
      return SAMPLES[ref.shape];
    default:
      throw new Error(`no sample of a ${type}`);
  }
}

type Members = Readonly<Record<string, unknown>>;

let running: RunningPrivateCaApi;
beforeAll(async () => {
  running = await startPrivateCaApi();
});
afterAll(() => running.stop());

function call(action: string, body: unknown): Promise<ApiReply> {
  const headers = {
    'X-Amz-Target': `ACMPrivateCA.${action}`,
    'Content-Type': 'application/x-amz-json-1.1',
  };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return running.api.send({ method: 'POST', target: '/', service: 'acm-pca', headers, body: text });
}

function expectShape({ headers, body }: ApiReply): void {
  expect(headers.get('content-type')).toBe('application/x-amz-json-1.1');
  expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  expect(Object.keys(body).toSorted()).toEqual(['__type', 'message']);
}

/** Ignores the order of enum values and the spelling of patterns. */
function comparable(message: string): string {
  const sorted = (_: string, values: string) => `set: ${values.split(', ').toSorted().join()}`;
  return plainPattern(message.replace(/set: \[([^\]]*)\]/g, sorted));
}

describe.each(Object.entries(model.operations))('%s', (action, { input, output, errors = [] }) => {
  if (input === undefined) throw new Error('the model has an operation without an input');
  const shape = shapeOf(model, input);
  const least = requiredSamples(shape, sampleOf);
  const members = membersOfShape(model, input);

  it('accepts the required members alone, and ignores unknown ones', async () => {
    const reply = await call(action, least);
    const withSurprise = await call(action, { ...least, Surprise: { a: [null] } });
    expect(withSurprise).toMatchObject({ status: reply.status, error: reply.error });
    if (reply.status === 200) {
      expect(Object.keys(reply.body).length > 0).toBe(output !== undefined);
    } else {
      expect(errors.map((one) => one.shape)).toContain(reply.error);
      expectShape(reply);
    }
  });

  it.each(
    members.flatMap(([name, ref]) => {
      const required = (shape.required ?? []).includes(name);
      return forbiddenInBody(model, ref, required, sampleOf).map((one) => ({ name, ...one }));
    }),
  )('$name: $what: $error', async ({ name, value, error, constraint, place }) => {
    const reply = await call(action, { ...least, [name]: value });
    expect({ status: reply.status, error: reply.error }).toEqual({ status: 400, error });
    expectShape(reply);
    const path = [uncapitalised(name), place].filter((step) => step).join('.');
    const message = String(reply.body['message']);
    if (error === 'SerializationException') {
      expect(message).toContain(` at '${uncapitalised(name)}`);
    } else {
      expect(message).toMatch(/^\d+ validation errors? detected: Value /);
      const told = ` at '${path}' failed to satisfy constraint: ${constraint}`;
      expect(comparable(message)).toContain(comparable(told));
    }
  });

  it.each(members)('%s: takes null for an absent optional member', async (name) => {
    if ((shape.required ?? []).includes(name)) return;
    const [plain, withNull]: readonly ApiReply[] = [
      await call(action, least),
      await call(action, { ...least, [name]: null }),
    ];
    expect(withNull).toMatchObject({ status: plain?.status, error: plain?.error });
  });

  it.each(['', '[]', 'null', '"text"', '{', '{"a":1}x'])('refuses %j as a body', async (body) => {
    const reply = await call(action, body);
    // An empty body counts as no members.
    const isEmpty = body === '';
    if (isEmpty && Object.keys(least).length === 0) return expect(reply.status).toBe(200);
    const error = isEmpty ? 'ValidationException' : 'SerializationException';
    expect({ status: reply.status, error: reply.error }).toEqual({ status: 400, error });
    expectShape(reply);
  });
});

it('reports several faults at once', async () => {
  const input: Members = { CertificateAuthorityArn: 'x', Principal: '*', Actions: [] };
  const { body } = await call('CreatePermission', input);
  expect(body['message']).toMatch(/^4 validation errors detected: Value 'x' .*; .*; .*; Value /);
});
