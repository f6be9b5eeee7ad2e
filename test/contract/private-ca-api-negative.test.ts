import { cbor } from '@smithy/core/cbor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
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
import type { RequestToSign } from '../support/clients/sign-request.ts';
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

/** How a test writes a request in one of the protocols. */
interface ProtocolUnderTest {
  readonly name: string;
  readonly contentType: string;
  request(action: string): Pick<RequestToSign, 'target' | 'headers'>;
  encode(input: unknown): string | Uint8Array;
  /** Bodies that hold no input. */
  readonly malformed: readonly string[];
}

const JSON_TYPE = 'application/x-amz-json-1.1';
const CBOR_TYPE = 'application/cbor';

const PROTOCOLS: readonly ProtocolUnderTest[] = [
  {
    ...{ name: 'JSON 1.1', contentType: JSON_TYPE },
    request: (action) => ({
      target: '/',
      headers: { 'X-Amz-Target': `ACMPrivateCA.${action}`, 'Content-Type': JSON_TYPE },
    }),
    encode: (input) => JSON.stringify(input),
    malformed: ['[]', 'null', '"text"', '{', '{"a":1}x'],
  },
  {
    ...{ name: 'Smithy RPC v2 CBOR', contentType: CBOR_TYPE },
    request: (action) => ({
      target: `/service/ACMPrivateCA/operation/${action}`,
      headers: { 'smithy-protocol': 'rpc-v2-cbor', 'Content-Type': CBOR_TYPE },
    }),
    encode: (input) => cbor.serialize(withoutUndefined(input)),
    // An empty list, null, text, a map that ends too early, and one with more behind it.
    malformed: ['\x80', '\xf6', '\x61a', '\xa1', '\xa0\x00'],
  },
];

/** As JSON.stringify leaves out undefined members. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutUndefined(member)]));
}

/** A value of the model with octets in place of base64, which only JSON has. */
function withOctets(ref: ShapeRef, value: unknown): unknown {
  const { type, member, members = {} } = shapeOf(model, ref);
  if (type === 'blob') {
    return z.base64().safeParse(value).success ? Buffer.from(String(value), 'base64') : value;
  }
  if (Array.isArray(value)) return member ? value.map((one) => withOctets(member, one)) : value;
  if (type !== 'structure' || typeof value !== 'object' || value === null) return value;
  const read = Object.entries(value).map(([name, one]) => {
    const known = Object.hasOwn(members, name) ? members[name] : undefined;
    return [name, known ? withOctets(known, one) : one] as const;
  });
  return Object.fromEntries(read);
}

function send(
  protocol: ProtocolUnderTest,
  action: string,
  body: string | Uint8Array,
): Promise<ApiReply> {
  const request = protocol.request(action);
  return running.api.send({ ...request, method: 'POST', service: 'acm-pca', body });
}

function expectShape({ contentType }: ProtocolUnderTest, { headers, body }: ApiReply): void {
  expect(headers.get('content-type')).toBe(contentType);
  expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  expect(Object.keys(body).toSorted()).toEqual(['__type', 'message']);
}

/** Ignores the order of enum values and the spelling of patterns. */
function comparable(message: string): string {
  const sorted = (_: string, values: string) => `set: ${values.split(', ').toSorted().join()}`;
  return plainPattern(message.replace(/set: \[([^\]]*)\]/g, sorted));
}

const CASES = PROTOCOLS.flatMap((protocol) =>
  Object.entries(model.operations).map(([action, operation]) => ({ protocol, action, operation })),
);

describe.each(CASES)('$action in $protocol.name', ({ protocol, action, operation }) => {
  const { input, output, errors = [] } = operation;
  if (input === undefined) throw new Error('the model has an operation without an input');
  const call = (members: Members) => {
    const isJson = protocol.contentType === JSON_TYPE;
    const body = protocol.encode(isJson ? members : withOctets(input, members));
    return send(protocol, action, body);
  };
  const shape = shapeOf(model, input);
  const least = requiredSamples(shape, sampleOf);
  const members = membersOfShape(model, input);

  it('accepts the required members alone, and ignores unknown ones', async () => {
    const reply = await call(least);
    const withSurprise = await call({ ...least, Surprise: { a: [null] } });
    expect(withSurprise).toMatchObject({ status: reply.status, error: reply.error });
    if (reply.status === 200) {
      expect(Object.keys(reply.body).length > 0).toBe(output !== undefined);
    } else {
      expect(errors.map((one) => one.shape)).toContain(reply.error);
      expectShape(protocol, reply);
    }
  });

  it.each(
    members.flatMap(([name, ref]) => {
      const required = (shape.required ?? []).includes(name);
      return forbiddenInBody(model, ref, required, sampleOf).map((one) => ({ name, ...one }));
    }),
  )('$name: $what: $error', async ({ name, value, error, constraint, place }) => {
    const reply = await call({ ...least, [name]: value });
    expect({ status: reply.status, error: reply.error }).toEqual({ status: 400, error });
    expectShape(protocol, reply);
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
      await call(least),
      await call({ ...least, [name]: null }),
    ];
    expect(withNull).toMatchObject({ status: plain?.status, error: plain?.error });
  });

  it.each(['', ...protocol.malformed])('refuses %j as a body', async (body) => {
    const reply = await send(protocol, action, Buffer.from(body, 'latin1'));
    // An empty body counts as no members.
    const isEmpty = body === '';
    if (isEmpty && Object.keys(least).length === 0) return expect(reply.status).toBe(200);
    const error = isEmpty ? 'ValidationException' : 'SerializationException';
    expect({ status: reply.status, error: reply.error }).toEqual({ status: 400, error });
    expectShape(protocol, reply);
  });
});

it('reports several faults at once', async () => {
  const input: Members = { CertificateAuthorityArn: 'x', Principal: '*', Actions: [] };
  const [protocol] = PROTOCOLS;
  if (protocol === undefined) throw new Error('there is no protocol');
  const { body } = await send(protocol, 'CreatePermission', protocol.encode(input));
  expect(body['message']).toMatch(/^4 validation errors detected: Value 'x' .*; .*; .*; Value /);
});
