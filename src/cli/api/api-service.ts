import type { Service } from '../../aws-wire/caller.ts';
import type { HttpRequest } from '../scep-client/exchange-http.ts';

/** One of the two APIs, as a client sees it. */
export interface ApiService<Operation extends string> {
  /** In the scope of signatures, and in the names of settings. */
  readonly name: Service;
  /** An operation as a request, unsigned. The path of the endpoint is kept. */
  readonly buildRequest: (endpoint: URL, operation: Operation, input: ApiInput) => HttpRequest;
}

/** Members of an operation's input. Undefined ones are left out. */
export type ApiInput = Readonly<Record<string, unknown>>;
