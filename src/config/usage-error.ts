/** Something the person at the command line can put right. `message` says what is wrong and what to do: a line for each mistake. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
