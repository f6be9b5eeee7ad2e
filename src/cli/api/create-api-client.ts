import type { HttpLimits, HttpReply, HttpRequest } from '../exchange-http.ts';
import { exchangeHttp, HttpFailure } from '../exchange-http.ts';
import { ApiError } from './api-error.ts';
import type { ApiInput } from './build-api-request.ts';
import { buildApiRequest } from './build-api-request.ts';
import type { ConnectorOperation } from './connector-operations.ts';
import { CONNECTOR_OPERATIONS } from './connector-operations.ts';
import type { ApiAnswer } from './read-api-answer.ts';
import { readApiAnswer } from './read-api-answer.ts';
import type { ApiSigner } from './sign-api-request.ts';
import { signApiRequest } from './sign-api-request.ts';

export interface ApiClient {
  /** @throws ApiError when the API refuses, or cannot be reached or read */
  readonly call: (operation: ConnectorOperation, input: ApiInput) => Promise<ApiAnswer>;
}

export interface ApiClientSettings {
  readonly endpoint: URL;
  readonly signer: ApiSigner;
  readonly limits: HttpLimits;
  readonly clock: () => Date;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** From 0 up to 1, for the waits between attempts. */
  readonly random: () => number;
}

const ATTEMPTS = 3;
const FIRST_BACKOFF_MS = 500;

/** A client of the API of Connector for SCEP that signs and retries as AWS SDKs do in their standard mode. */
export function createApiClient(settings: ApiClientSettings): ApiClient {
  return {
    call: async (operation, input) => {
      const request = buildApiRequest(settings.endpoint, CONNECTOR_OPERATIONS[operation], input);
      return readApiAnswer(await exchange(settings, operation, request));
    },
  };
}

/** Every operation may be repeated: those that create something carry a client token. */
async function exchange(
  settings: ApiClientSettings,
  operation: string,
  request: HttpRequest,
): Promise<HttpReply> {
  const { signer, limits, clock, sleep, random, endpoint } = settings;
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt === ATTEMPTS;
    try {
      const reply = await exchangeHttp(await signApiRequest(request, signer, clock()), limits);
      if (last || !mayPass(reply)) return reply;
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      if (last) throw new ApiError(`${operation} at ${endpoint.origin} failed: ${error.message}`);
    }
    await sleep(random() * FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  }
}

/** Throttling and faults of the server. */
function mayPass({ status }: HttpReply): boolean {
  return status === 429 || status >= 500;
}
