/** Something the person at the command line can put right. `message` says what is wrong and what to do, in one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
