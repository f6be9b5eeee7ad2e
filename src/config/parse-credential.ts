import { createSecretKey } from 'node:crypto';
import { z } from 'zod';
import type { Credential } from '../aws-wire/credential.ts';
import { parsePolicy } from '../aws-wire/policy/parse-policy.ts';

/** What is wrong with a credential. It never shows what was given. */
export interface CredentialMistake {
  /** Absent when the credential as a whole is wrong. */
  readonly member: string | undefined;
  /** Completes "secretAccessKey …". */
  readonly problem: string;
}

/** The members, each given as text. Characters and lengths of names are those of IAM. */
const MEMBERS = {
  accessKeyId: text(/^\w{16,128}$/, '16 to 128 letters, digits and underscores'),
  secretAccessKey: secret(/^[!-~]{16,128}$/, '16 to 128 printable ASCII characters'),
  accountId: text(/^\d{12}$/, 'twelve digits'),
  userName: text(/^[\w+=,.@-]{1,64}$/, '1 to 64 letters, digits and _+=,.@-'),
  sessionToken: secret(/^[!-~]{1,4096}$/, '1 to 4096 printable ASCII characters').optional(),
  sessionExpiresAt: z.iso
    .datetime({ offset: true, error: 'takes a moment such as 2030-01-31T12:00:00Z' })
    .transform(Date.parse)
    .optional(),
  policy: z.unknown().transform(readPolicy).optional(),
};

const NAMES = Object.keys(MEMBERS).join(', ');

const credentialSchema = z
  .strictObject(MEMBERS, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `has a member that is none of ${NAMES}`
        : `is not a mapping with the members ${NAMES}`,
  })
  .refine((entry) => entry.sessionExpiresAt === undefined || entry.sessionToken !== undefined, {
    path: ['sessionExpiresAt'],
    error: 'is of no use without sessionToken',
  });

/** Parses a credential. Its `policy` is an IAM policy as text, or the document itself. */
export function parseCredential(entry: unknown): Credential | readonly CredentialMistake[] {
  const parsed = credentialSchema.safeParse(entry);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(({ path, message }) => ({
    member: path[0]?.toString(),
    problem: message,
  }));
}

function text(pattern: RegExp, what: string) {
  const error = ({ input }: { readonly input?: unknown }) =>
    input === undefined ? `is required: ${what}` : `takes ${what}`;
  return z.string({ error }).regex(pattern, { error });
}

function secret(pattern: RegExp, what: string) {
  return text(pattern, what).transform((value) => createSecretKey(value, 'utf8'));
}

function readPolicy(value: unknown, context: z.RefinementCtx) {
  try {
    return parsePolicy(typeof value === 'string' ? value : JSON.stringify(value));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    context.addIssue({ code: 'custom', message: `is not accepted: ${error.message}` });
    return z.NEVER;
  }
}
