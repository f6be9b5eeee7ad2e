/** What the enrol command takes from the environment. */
export interface EnrolEnvironment {
  /** SCEP_CHALLENGE: keeps the challenge password out of the list of processes and the shell's history. */
  readonly challengePassword: string | undefined;
}

/** An empty variable counts as not set. */
export function readEnrolEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): EnrolEnvironment {
  return { challengePassword: environment['SCEP_CHALLENGE'] || undefined };
}
