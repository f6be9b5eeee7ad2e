/** What the client commands read from the environment. */
export interface EnrolEnvironment {
  /** SCEP_CHALLENGE, which keeps the challenge out of the process list and the shell's history. */
  readonly challengePassword: string | undefined;
}

/** An empty variable counts as not set. */
export function readEnrolEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): EnrolEnvironment {
  return { challengePassword: environment['SCEP_CHALLENGE'] || undefined };
}
