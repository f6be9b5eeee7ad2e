import { z } from 'zod';
import { omitUndefined } from '../../omit-undefined.ts';
import { findLostMember } from './find-lost-member.ts';
import { variablesIn } from './match-pattern.ts';
import type { Policy, PolicyStatement } from './policy.ts';
import { checkVariables, readConditions } from './read-conditions.ts';

const MAX_OCTETS = 20_480;
const VERSIONS = ['2012-10-17', '2008-10-17'] as const;

const scalar = z.union([z.string(), z.number(), z.boolean()], 'expected text').transform(String);
const actions = oneOrMore(
  z
    .string()
    .regex(
      /^(?:\*|[a-z0-9*?-]+:[a-z0-9*?]+)$/i,
      'expected * or service:Action, such as acm-pca:Get*',
    ),
);
const resources = oneOrMore(z.string().regex(/^(?:\*|arn:.+)$/, 'expected * or an ARN'));
const noPrincipal = z
  .undefined("does not belong in a user's policy: the principal is the user")
  .optional();

const statementSchema = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: noPrincipal,
    NotPrincipal: noPrincipal,
    Action: actions.optional(),
    NotAction: actions.optional(),
    Resource: resources.optional(),
    NotResource: resources.optional(),
    Condition: z.record(z.string(), z.record(z.string(), oneOrMore(scalar))).default({}),
  })
  .refine(({ Action, NotAction }) => (Action === undefined) !== (NotAction === undefined), {
    error: 'expected either Action or NotAction',
  })
  .refine(({ Resource, NotResource }) => (Resource === undefined) !== (NotResource === undefined), {
    error: 'expected either Resource or NotResource',
  });

const policySchema = z.strictObject({
  Version: z.enum(VERSIONS).default('2008-10-17'),
  Id: z.string().optional(),
  Statement: oneOrMore(statementSchema),
});

/**
 * Reads an identity-based IAM policy (IAM User Guide, "Grammar of the IAM JSON policy language").
 * Refuses everything that it does not understand, because an ignored part might be the one that
 * denies.
 * @throws RangeError that tells the policy's author where the mistake is
 */
export function parsePolicy(text: string): Policy {
  if (Buffer.byteLength(text) > MAX_OCTETS) {
    throw new RangeError(`the policy is longer than ${MAX_OCTETS} octets`);
  }
  const result = policySchema.safeParse(parseJson(text));
  if (!result.success) throw new RangeError(result.error.issues.map(describe).join('; '));
  const { Version, Statement } = result.data;
  const hasVariables = Version === '2012-10-17';
  return {
    statements: Statement.map((statement, index) =>
      readStatement(statement, hasVariables, `Statement[${index}]`),
    ),
  };
}

function parseJson(text: string): unknown {
  const document = jsonValue(text);
  const lost = findLostMember(text);
  if (lost === undefined) return document;
  throw new RangeError(`the policy: ${JSON.stringify(lost)} is repeated or not allowed here`);
}

function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RangeError('the policy is not JSON', { cause });
  }
}

/** For example: Statement[0].Action[1]: expected ... */
function describe({ path, message }: z.core.$ZodIssue): string {
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return `${place.join('').slice(1) || 'the policy'}: ${message}`;
}

function readStatement(
  { Effect, Action, NotAction, Resource, NotResource, Condition }: z.infer<typeof statementSchema>,
  hasVariables: boolean,
  where: string,
): PolicyStatement {
  for (const pattern of Resource ?? []) checkVariables(pattern, hasVariables, `${where}.Resource`);
  // A pattern matches nothing when its variable has no value, and so would exclude nothing.
  if (NotResource?.some((pattern) => variablesIn(pattern).length > 0)) {
    throw new RangeError(`${where}.NotResource: variables are not allowed here`);
  }
  return {
    effect: Effect,
    ...omitUndefined({
      actions: Action,
      notActions: NotAction,
      resources: Resource,
      notResources: NotResource,
    }),
    conditions: readConditions(Condition, hasVariables, `${where}.Condition`),
  };
}

function oneOrMore<T extends z.ZodType>(item: T) {
  const list = z.array(item).min(1, 'is an empty list');
  return z.preprocess((value): unknown => (Array.isArray(value) ? value : [value]), list);
}
