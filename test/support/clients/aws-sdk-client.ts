import PcaConnectorScep from 'aws-sdk/clients/pcaconnectorscep.js';
import type { AWSError } from 'aws-sdk/lib/error.js';
import type { Request } from 'aws-sdk/lib/request.js';
import {
  type AwsAccess,
  type AwsAnswer,
  type AwsClient,
  ERROR_MEMBERS,
  type Members,
} from './aws-client.ts';

/** The AWS SDK for JavaScript, version 2. */
export function openAwsSdk(access: AwsAccess): AwsClient {
  const { apiUrl, region, sessionToken, ...keys } = access;
  const service = new PcaConnectorScep({
    ...{ endpoint: apiUrl, region, maxRetries: 8, retryDelayOptions: { base: 30 } },
    credentials: { ...keys, ...(sessionToken && { sessionToken }) },
  });
  const request = (operation: string, input: Members) =>
    service.makeRequest(methodOf(operation), input) as Request<Members, AWSError>;
  return {
    call: (operation, input = {}) => send(request(operation, input)),
    list: async (operation, input, pageSize) => {
      const pages: Members[] = [];
      await new Promise<void>((resolve, reject) => {
        request(operation, { ...input, MaxResults: pageSize }).eachPage(
          (error: AWSError | null, page: Members | null) => {
            if (error !== null) reject(error);
            else if (page === null) resolve();
            else pages.push(page);
            return true;
          },
        );
      });
      return pages;
    },
    readTime: (value) => {
      if (value instanceof Date) return value.getTime();
      throw new Error('aws-sdk presents a timestamp as a Date');
    },
    close: () => Promise.resolve(),
  };
}

function methodOf(operation: string): string {
  return operation.charAt(0).toLowerCase() + operation.slice(1);
}

async function send(request: Request<Members, AWSError>): Promise<AwsAnswer> {
  try {
    const { $response, ...output } = await request.promise();
    return { status: $response.httpResponse.statusCode, output };
  } catch (error) {
    const { code, message, statusCode } = error as AWSError;
    if (statusCode === undefined) throw error;
    return {
      status: statusCode,
      error: { name: code, message, members: membersOf(error as object) },
    };
  }
}

/** The members exist but are not enumerable. */
function membersOf(error: object): Members {
  const shown = ERROR_MEMBERS.map((name) => [name, Reflect.get(error, name) as unknown] as const);
  return Object.fromEntries(shown.filter(([, value]) => value !== undefined));
}
