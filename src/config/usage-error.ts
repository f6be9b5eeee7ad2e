/** Mistakes that the user can correct. The message has a line for each, with what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
