import type { Service } from '../../aws-wire/caller.ts';
import type { HttpRequest } from '../scep-client/exchange-http.ts';

/** What a client must know of one of the two APIs. */
export interface ApiService<Operation extends string> {
  /** Used in the scope of signatures and in the names of settings. */
  readonly name: Service;
  /** Builds the unsigned request of an operation, below the path of the endpoint. */
  readonly buildRequest: (endpoint: URL, operation: Operation, input: ApiInput) => HttpRequest;
}

/** Members of an operation's input. Undefined members are omitted. */
export type ApiInput = Readonly<Record<string, unknown>>;
