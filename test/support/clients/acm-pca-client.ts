import * as sdk from '@aws-sdk/client-acm-pca';
import { z } from 'zod';
import type { AwsAccess, AwsAnswer, Members, PrivateCaClient } from './aws-client.ts';

/** Members that the SDK takes as octets. Other clients take them as text. */
const BLOBS = ['Certificate', 'CertificateChain', 'Csr'];
const WAITING = { minDelay: 1, maxDelay: 1, maxWaitTime: 60 };

const commandClass = z.custom<new (input: Members) => sdk.GetPolicyCommand>(isFunction);
const waiterFunction = z.custom<(options: object, input: Members) => Promise<unknown>>(isFunction);
const paginatorFunction =
  z.custom<(options: object, input: Members) => AsyncIterable<sdk.ListTagsResponse>>(isFunction);
const failure = z.object({
  name: z.string(),
  message: z.string(),
  $metadata: z.object({ httpStatusCode: z.number() }),
});

/** The AWS SDK for JavaScript, version 3. Its API model is older than ours. */
export function openAcmPcaSdk({ apiUrl, region, ...keys }: AwsAccess): PrivateCaClient {
  const { accessKeyId, secretAccessKey } = keys;
  const client = new sdk.ACMPCAClient({
    // The SDK takes LimitExceededException for throttling and would retry.
    ...{ endpoint: apiUrl, region, maxAttempts: 1 },
    credentials: { accessKeyId, secretAccessKey },
  });
  return {
    call: async (operation, input = {}) => {
      const command = commandClass.parse(exported(`${operation}Command`));
      return answerOf(client.send(new command(withBlobs(input))));
    },
    list: async (operation, input, pageSize) => {
      const paginate = paginatorFunction.parse(exported(`paginate${operation}`));
      const pages: Members[] = [];
      // The SDK writes its tokens into the input.
      for await (const page of paginate({ client, pageSize }, { ...input })) {
        pages.push(withoutMetadata(page));
      }
      return pages;
    },
    waitUntil: async (waiter, input) => {
      const wait = waiterFunction.parse(exported(`waitUntil${waiter}`));
      await wait({ client, ...WAITING }, input);
    },
    readTime: (value) => z.date().parse(value).getTime(),
    close: () => Promise.resolve(client.destroy()),
  };
}

function exported(name: string): unknown {
  return Object.entries(sdk).find(([one]) => one === name)?.[1];
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function withBlobs(input: Members): Members {
  const members = Object.entries(input).map(([name, value]) => {
    const isText = BLOBS.includes(name) && typeof value === 'string';
    return [name, isText ? Buffer.from(value) : value] as const;
  });
  return Object.fromEntries(members);
}

async function answerOf(sent: Promise<sdk.GetPolicyCommandOutput>): Promise<AwsAnswer> {
  try {
    const { $metadata, ...output } = await sent;
    return { status: $metadata.httpStatusCode ?? 0, output: withoutMetadata(output) };
  } catch (error) {
    const { name, message, $metadata } = failure.parse(error);
    const { name: className } = (error as object).constructor;
    return {
      status: $metadata.httpStatusCode,
      error: { name, class: className, message, members: undefined },
    };
  }
}

/** The SDK sets absent members to undefined. */
function withoutMetadata(output: object): Members {
  const members = Object.entries<unknown>({ ...output });
  return Object.fromEntries(
    members.filter(([name, value]) => name !== '$metadata' && value !== undefined),
  );
}
