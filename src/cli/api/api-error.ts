import { printable } from '../terminal/print.ts';

/**
 * The API refuses the request, cannot be reached, or its answer cannot be read. The message is one
 * line.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /**
   * The error code of the API, such as ResourceNotFoundException; undefined if it did not answer.
   */
  readonly code: string | undefined;
  /** Modelled members of the error besides its message, such as ResourceId. */
  readonly members: Readonly<Record<string, string>>;

  constructor(message: string, code?: string, members: Readonly<Record<string, string>> = {}) {
    super(printable(code === undefined ? message : `${code}: ${message}`));
    this.code = code;
    this.members = members;
  }
}
