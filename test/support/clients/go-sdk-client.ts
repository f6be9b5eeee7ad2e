import path from 'node:path';
import { z } from 'zod';
import {
  type AwsAccess,
  type AwsAnswer,
  awsEnvironment,
  type Members,
  type PrivateCaClient,
} from './aws-client.ts';
import { converse } from './converse.ts';

/** Built by test/soak/install.sh from test/soak/go/acm-pca-client. */
export const GO_SDK_CLIENT = path.resolve(
  import.meta.dirname,
  '../../../.cache/go/bin/acm-pca-client',
);

/** Members that are octets in the SDK, and so base64 in the JSON of Go. */
const BLOBS = ['Certificate', 'CertificateChain', 'Csr'];

const waited = z.strictObject({ failure: z.string().optional() });

/** The AWS SDK for Go, version 2, which speaks Smithy RPC v2 CBOR. */
export function openGoSdk(access: AwsAccess): PrivateCaClient {
  const { ask, close } = converse(GO_SDK_CLIENT, [], awsEnvironment(access));
  return {
    call: async (action, input = {}) =>
      (await ask({ action, input: withBase64(input) })) as AwsAnswer,
    list: async (action, input, pageSize) =>
      (await ask({ action, input, pageSize })) as readonly Members[],
    waitUntil: async (waiter, input) => {
      const { failure } = waited.parse(await ask({ waiter, input }));
      if (failure !== undefined) throw new Error(failure);
    },
    readTime: (value) => Date.parse(z.iso.datetime({ offset: true }).parse(value)),
    close,
  };
}

function withBase64(input: Members): Members {
  const members = Object.entries(input).map(([name, value]) => {
    const isText = BLOBS.includes(name) && typeof value === 'string';
    return [name, isText ? Buffer.from(value).toString('base64') : value] as const;
  });
  return Object.fromEntries(members);
}
