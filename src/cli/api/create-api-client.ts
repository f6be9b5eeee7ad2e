import {
  exchangeHttp,
  HttpFailure,
  type HttpLimits,
  type HttpReply,
  type HttpRequest,
} from '../scep-client/exchange-http.ts';
import { ApiError } from './api-error.ts';
import type { ApiInput, ApiService } from './api-service.ts';
import { type AnswerBody, readApiAnswer } from './read-api-answer.ts';
import { type ApiSigner, signApiRequest } from './sign-api-request.ts';

export interface ApiClient<Operation extends string> {
  /** @throws ApiError when the API refuses, cannot be reached, or its answer cannot be read */
  readonly call: (operation: Operation, input: ApiInput) => Promise<AnswerBody>;
  /**
   * Reads a file of the server. `path` is below the endpoint, without a leading slash.
   * @throws ApiError
   */
  readonly read: (path: string) => Promise<Uint8Array>;
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
/** An audit report has 300 octets for each certificate, a CRL 40 for each revocation. */
const MAX_FILE_OCTETS = 256 * 1_048_576;

/** Creates an API client that signs and retries as AWS SDKs do in their standard mode. */
export function createApiClient<Operation extends string>(
  { name, buildRequest }: ApiService<Operation>,
  { signer, ...settings }: ApiClientSettings,
): ApiClient<Operation> {
  const sign = (request: HttpRequest) => signApiRequest(request, name, signer, settings.clock());
  return {
    call: async (operation, input) => {
      const request = buildRequest(settings.endpoint, operation, input);
      return readApiAnswer(await exchange(settings, operation, () => sign(request)));
    },
    read: async (path) => {
      const url = new URL(settings.endpoint);
      url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`;
      const request = { url, method: 'GET', headers: {} };
      const limits = { ...settings.limits, maxBody: MAX_FILE_OCTETS };
      const reply = await exchange({ ...settings, limits }, 'GET', () => sign(request));
      if (reply.status === 200) return reply.body;
      readApiAnswer(reply);
      throw new ApiError(`the server answered HTTP ${reply.status} instead of a file`);
    },
  };
}

/** Retries any operation, which is safe because those that create something have a client token. */
async function exchange(
  { limits, sleep, random, endpoint }: Omit<ApiClientSettings, 'signer'>,
  operation: string,
  sign: () => Promise<HttpRequest>,
): Promise<HttpReply> {
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt === ATTEMPTS;
    try {
      const reply = await exchangeHttp(await sign(), limits);
      if (last || !mayPass(reply)) return reply;
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      if (last) throw new ApiError(`${operation} at ${endpoint.origin} failed: ${error.message}`);
    }
    await sleep(random() * FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  }
}

/** Whether a later attempt may succeed: throttling and faults of the server pass. */
function mayPass({ status }: HttpReply): boolean {
  return status === 429 || status >= 500;
}
