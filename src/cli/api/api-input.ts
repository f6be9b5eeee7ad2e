/** Members of an operation's input. Undefined ones are left out. */
export type ApiInput = Readonly<Record<string, unknown>>;
