import { AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { HttpResponse } from '@smithy/core/protocols';
import { TypeRegistry } from '@smithy/core/schema';
import { SignatureV4 } from '@smithy/signature-v4';
import { vi } from 'vitest';
import { z } from 'zod';
import { readApiModel, type ShapeRef, shapeOf } from '../api-model/api-model.ts';
import type { AwsAccess, AwsAnswer, Members, PrivateCaClient } from './aws-client.ts';
import { Sha256 } from './sign-request.ts';

const NAMESPACE = 'com.amazonaws.acmpca';
const SERVICE = 'ACMPrivateCA';
const model = readApiModel('acm-pca');

/** Members that the SDK takes as octets. Other clients take them as text. */
const BLOBS = ['Certificate', 'CertificateChain', 'Csr'];
/** Schemas without members, as the SDK numbers them. */
const SIMPLE = { string: 0, integer: 1, long: 1, boolean: 2, timestamp: 4, blob: 21 } as const;

/** The actions that the waiters of the model repeat. */
const WAITERS = {
  AuditReportCreated: 'DescribeCertificateAuthorityAuditReport',
  CertificateAuthorityCSRCreated: 'GetCertificateAuthorityCsr',
  CertificateIssued: 'GetCertificate',
} as const;

const failure = z.object({
  name: z.string(),
  message: z.string(),
  $metadata: z.object({ httpStatusCode: z.number() }),
});

type OperationSchema = Parameters<AwsSmithyRpcV2CborProtocol['serializeRequest']>[0];
type Context = Parameters<AwsSmithyRpcV2CborProtocol['serializeRequest']>[2];
type ErrorSchema = Extract<Parameters<TypeRegistry['registerError']>[0], readonly unknown[]>;
type Schema = Exclude<ErrorSchema[5][number], () => unknown>;

/**
 * Smithy RPC v2 CBOR as the AWS SDK for JavaScript speaks it, with schemas from our API model:
 * every published client-acm-pca is older than the protocol.
 */
export function openAcmPcaInCbor(access: AwsAccess): PrivateCaClient {
  const schemas = createSchemas();
  const errorTypeRegistries = [schemas.errors()];
  const protocol = new AwsSmithyRpcV2CborProtocol({
    ...{ defaultNamespace: NAMESPACE, errorTypeRegistries },
  });
  const call = async (operation: string, input: Members = {}): Promise<AwsAnswer> => {
    const schema = schemas.operation(operation);
    const context = contextOf(access, operation);
    const request = await protocol.serializeRequest(schema, withBlobs(input), context);
    const response = await send(access, request);
    return answerOf(protocol.deserializeResponse(schema, context, response));
  };
  return {
    call,
    list: async (operation, input, pageSize) => {
      const pages: Members[] = [];
      let token: unknown;
      do {
        const { output = {} } = await call(operation, {
          ...{ ...input, MaxResults: pageSize },
          ...(token === undefined ? {} : { NextToken: token }),
        });
        pages.push(output);
        token = output['NextToken'];
      } while (token !== undefined);
      return pages;
    },
    waitUntil: (waiter, input) =>
      vi.waitFor(
        async () => {
          const { output, error } = await call(WAITERS[waiter], input);
          const { AuditReportStatus: status = 'SUCCESS' } = output ?? {};
          if (error !== undefined || status !== 'SUCCESS') throw new Error(`no ${waiter}`);
        },
        { timeout: 60_000, interval: 100 },
      ),
    readTime: (value) => z.date().parse(value).getTime(),
    close: () => Promise.resolve(),
  };
}

function createSchemas() {
  const made = new Map<string, Schema>();
  const schemaOf = (ref: ShapeRef | undefined): Schema => {
    if (ref === undefined) return 'unit';
    const schema = made.get(ref.shape) ?? makeSchema(ref, schemaOf);
    made.set(ref.shape, schema);
    return schema;
  };
  return {
    operation: (name: string): OperationSchema => {
      const { input, output } = model.operations[name] ?? {};
      const shapes = { input: schemaOf(input), output: schemaOf(output) };
      return { namespace: NAMESPACE, name, traits: {}, ...shapes };
    },
    errors: (): TypeRegistry => {
      const registry = new TypeRegistry(NAMESPACE);
      for (const { errors = [] } of Object.values(model.operations)) {
        for (const ref of errors) {
          registry.registerError(schemaOf(ref) as ErrorSchema, errorClass(ref.shape));
        }
      }
      return registry;
    },
  };
}

function makeSchema(ref: ShapeRef, schemaOf: (ref: ShapeRef) => Schema): Schema {
  const { type, member, members = {}, exception } = shapeOf(model, ref);
  if (Object.hasOwn(SIMPLE, type)) return SIMPLE[type as keyof typeof SIMPLE];
  if (type === 'list' && member) return [1, NAMESPACE, ref.shape, 0, () => schemaOf(member)];
  const refs = Object.values(members).map((one) => () => schemaOf(one));
  const names = Object.keys(members);
  return exception
    ? [-3, NAMESPACE, ref.shape, 0, names, refs]
    : [3, NAMESPACE, ref.shape, 0, names, refs];
}

function errorClass(name: string): new () => Error {
  const classes = {
    [name]: class extends Error {
      override readonly name = name;
    },
  };
  return classes[name] ?? Error;
}

function contextOf({ apiUrl }: AwsAccess, operation: string): Context {
  const { protocol, hostname, port, pathname: path } = new URL(apiUrl);
  return {
    endpoint: async () => ({ protocol, hostname, port: Number(port), path }),
    __smithy_context: { service: SERVICE, operation },
  } as unknown as Context;
}

type Request = Awaited<ReturnType<AwsSmithyRpcV2CborProtocol['serializeRequest']>>;

/** @throws Error for a reply in another protocol, which other SDKs refuse too */
async function send({ region, ...access }: AwsAccess, request: Request): Promise<HttpResponse> {
  const { accessKeyId, secretAccessKey } = access;
  const credentials = { accessKeyId, secretAccessKey };
  const signer = new SignatureV4({ service: 'acm-pca', region, credentials, sha256: Sha256 });
  const { hostname, port } = request;
  const host = `${hostname}:${port}`;
  const { headers } = await signer.sign({ ...request, headers: { ...request.headers, host } });
  const body = request.body as Uint8Array<ArrayBuffer>;
  const url = `http://${host}${request.path}`;
  const answer = await fetch(url, { method: request.method, headers, body });
  const given = Object.fromEntries(answer.headers);
  if (given['smithy-protocol'] !== 'rpc-v2-cbor') throw new Error('the reply is not rpc-v2-cbor');
  const octets = new Uint8Array(await answer.arrayBuffer());
  return new HttpResponse({ statusCode: answer.status, headers: given, body: octets });
}

function withBlobs(input: Members): Members {
  const members = Object.entries(input).map(([name, value]) => {
    const isText = BLOBS.includes(name) && typeof value === 'string';
    return [name, isText ? Buffer.from(value) : value] as const;
  });
  return Object.fromEntries(members);
}

async function answerOf(
  received: Promise<{ $metadata: { httpStatusCode?: number | undefined } }>,
): Promise<AwsAnswer> {
  try {
    const { $metadata, ...output } = await received;
    return { status: $metadata.httpStatusCode ?? 0, output };
  } catch (error) {
    const { name, message, $metadata } = failure.parse(error);
    const { name: className } = (error as object).constructor;
    return {
      status: $metadata.httpStatusCode,
      error: { name, class: className, message, members: undefined },
    };
  }
}
