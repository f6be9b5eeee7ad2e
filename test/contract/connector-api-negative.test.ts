import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ModelOperation,
  membersOfShape,
  readApiModel,
  type ShapeRef,
  shapeOf,
} from '../support/api-model/api-model.ts';
import {
  forbiddenInBody,
  forbiddenInPath,
  forbiddenInQuery,
  requiredSamples,
  uncapitalised,
} from '../support/api-model/negative-cases.ts';
import { type ApiReply, type RunningApi, startApi } from '../support/servers/start-api.ts';

const model = readApiModel('pca-connector-scep');

/**
 * A value for each shape of an input that has no members. A shape of a newer model needs one too.
 */
const SAMPLES: Readonly<Record<string, unknown>> = {
  CertificateAuthorityArn:
    'arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566',
  ConnectorArn:
    'arn:aws:pca-connector-scep:us-east-1:111122223333:connector/11223344-1234-1122-2233-112233445566',
  ChallengeArn:
    'arn:aws:pca-connector-scep:us-east-1:111122223333:connector/11223344-1234-1122-2233-112233445566/challenge/11223344-1234-1122-2233-112233445566',
  ClientToken: 'a-token',
  VpcEndpointId: 'vpce-0123456789abcdef0',
  AzureApplicationId: '11223344-1234-1122-2233-112233445566',
  AzureDomain: 'example.com',
  MaxResults: 10,
  // Well-formed, though this server never issued it.
  NextToken: 'AAAA',
  Tags: { team: 'pki' },
  TagKeyList: ['team'],
};

function sampleOf(ref: ShapeRef): unknown {
  const shape = shapeOf(model, ref);
  if (ref.shape === 'String') return SAMPLES['ConnectorArn'];
  if (shape.type !== 'structure') {
    if (!Object.hasOwn(SAMPLES, ref.shape)) throw new Error(`no sample of ${ref.shape}`);
    return SAMPLES[ref.shape];
  }
  if (!shape.union) return requiredSamples(shape, sampleOf);
  const [[name, member] = []] = Object.entries(shape.members ?? {});
  return name === undefined || member === undefined ? {} : { [name]: sampleOf(member) };
}

type Members = Readonly<Record<string, unknown>>;

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

/**
 * Puts members where the model wants them. Members that the model does not know go into query and
 * body.
 */
async function call({ http, input }: ModelOperation, members: Members): Promise<ApiReply> {
  const places = new Map(membersOfShape(model, input));
  let target = http.requestUri;
  const query: string[] = [];
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) {
    const { location, locationName = name } = places.get(name) ?? {};
    if (location === 'uri') {
      target = target.replace(`{${locationName}}`, encodeURIComponent(String(value)));
    } else if (location === 'querystring') {
      const values: readonly unknown[] = Array.isArray(value) ? value : [value];
      query.push(...values.map((one) => `${locationName}=${encodeURIComponent(String(one))}`));
    } else body[name] = value;
    if (!places.has(name)) query.push(`${name}=x`);
  }
  if (query.length > 0) target += `?${query.join('&')}`;
  const content = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return api.send({ method: http.method, target, ...(http.method === 'POST' ? content : {}) });
}

const without = (members: Members, name: string): Members =>
  Object.fromEntries(Object.entries(members).filter(([one]) => one !== name));

/**
 * Checks the answer against the model. Errors that no model has come from the front end and are
 * recognised by `message`.
 */
function expectShape(reply: ApiReply): void {
  const { error = 'none', body, headers } = reply;
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  const { required = ['message'], members } = model.shapes[error] ?? {};
  for (const name of required) expect(body[name]).toEqual(expect.stringMatching(/./));
  const known = members === undefined ? ['message'] : Object.keys(members);
  expect(Object.keys(body).filter((name) => !known.includes(name))).toEqual([]);
}

describe.each(Object.entries(model.operations))('%s', (_name, operation) => {
  const input = operation.input;
  if (input === undefined) throw new Error('the model has an operation without an input');
  const shape = shapeOf(model, input);
  const least = requiredSamples(shape, sampleOf);

  it('accepts the required members alone, and ignores unknown ones', async () => {
    const reply = await call(operation, least);
    expect([operation.http.responseCode, 404]).toContain(reply.status);
    const withSurprise = await call(operation, { ...least, Surprise: { a: [null] } });
    expect(withSurprise.status).toBe(reply.status);
    if (reply.status === 404) expectShape(reply);
  });

  it.each(
    membersOfShape(model, input).flatMap(([name, ref]) => {
      const required = (shape.required ?? []).includes(name);
      const cases =
        ref.location === 'uri'
          ? forbiddenInPath(model, ref)
          : ref.location === 'querystring'
            ? forbiddenInQuery(model, ref, required)
            : forbiddenInBody(model, ref, required, sampleOf);
      return cases.map((one) => ({ name, ...one }));
    }),
  )('$name: $what: $error', async ({ name, value, error, constraint, place }) => {
    const members = value === undefined ? without(least, name) : { ...least, [name]: value };
    const reply = await call(operation, members);
    expect({ status: reply.status, error: reply.error }).toEqual({ status: 400, error });
    expectShape(reply);
    const path = [uncapitalised(name), place].filter((step) => step).join('.');
    const message = String(reply.body['Message'] ?? reply.body['message']);
    if (error === 'SerializationException') {
      expect(message.toLowerCase()).toContain(path.split('.')[0]?.toLowerCase());
    } else {
      expect(message).toMatch(/^\d+ validation errors? detected: Value /);
      expect(message).toContain(` at '${path}' failed to satisfy constraint: ${constraint}`);
    }
  });

  it.each(membersOfShape(model, input).filter(([, { location }]) => location === undefined))(
    '%s: takes null for an absent optional member',
    async (name) => {
      if ((shape.required ?? []).includes(name)) return;
      const [plain, withNull] = [
        await call(operation, least),
        await call(operation, { ...least, [name]: null }),
      ];
      expect(withNull.status).toBe(plain.status);
    },
  );
});

describe('members of members', () => {
  const create = model.operations['CreateConnector'];
  if (create === undefined) throw new Error('the model has no CreateConnector');
  const intune = { AzureApplicationId: SAMPLES['AzureApplicationId'], Domain: 'example.com' };
  const members = (inside: object) => ({
    CertificateAuthorityArn: SAMPLES['CertificateAuthorityArn'],
    MobileDeviceManagement: { Intune: { ...intune, ...inside } },
  });

  it('are ignored when unknown, and absent when null', async () => {
    expect((await call(create, members({}))).status).toBe(202);
    expect((await call(create, members({ Surprise: 1 }))).status).toBe(202);
    const without = await call(create, members({ Domain: null }));
    expect(without.error).toBe('ValidationException');
  });
});

it('reports several faults at once', async () => {
  const create = model.operations['CreateConnector'];
  if (create === undefined) throw new Error('the model has no CreateConnector');
  const reply = await call(create, { ClientToken: '', VpcEndpointId: 'x' });
  expect(reply.body['Message']).toMatch(/^5 validation errors detected: .*; .*; .*; .*; Value/);
});
