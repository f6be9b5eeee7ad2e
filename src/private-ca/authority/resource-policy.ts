import { z } from 'zod';
import { parseArn } from '../../aws-wire/arn.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { findLostMember } from '../../aws-wire/policy/find-lost-member.ts';
import { storedObject } from '../../store/collection.ts';
import { defineAuthorityCollection } from '../records/authority-collections.ts';

/**
 * The policy of an authority, under AUTHORITY_KEY, as it was put. It is stored and returned but has
 * no effect: no account can see the authorities of another.
 */
export const resourcePolicies = defineAuthorityCollection(
  'resource-policies',
  storedObject({ policy: z.string() }),
);

/**
 * The only two kinds of statement that AWS accepts (AWS Private CA user guide, "Resource-based
 * policies").
 */
const READ_ACTIONS = [
  'acm-pca:DescribeCertificateAuthority',
  'acm-pca:GetCertificate',
  'acm-pca:GetCertificateAuthorityCertificate',
  'acm-pca:ListPermissions',
  'acm-pca:ListTags',
];
const ISSUE_ACTIONS = ['acm-pca:IssueCertificate'];

const TEMPLATES = [
  'template/EndEntityCertificate/V1',
  'template/EndEntityClientAuthCertificate/V1',
  'template/EndEntityServerAuthCertificate/V1',
  'template/BlankEndEntityCertificate_APIPassthrough/V1',
  'template/BlankEndEntityCertificate_APICSRPassthrough/V1',
  'template/SubordinateCACertificate_PathLen0/V1',
];

const oneOrMore = z.union([z.string(), z.array(z.string()).min(1)]);
const equals = z.record(z.string(), z.string());

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*'), z.strictObject({ AWS: oneOrMore })]),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z
    .strictObject({ StringEquals: equals.optional(), StringNotEquals: equals.optional() })
    .optional(),
});

const policySchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.string().optional(),
  Statement: z.array(statementSchema).min(1),
});

type Statement = z.infer<typeof statementSchema>;

const ACCOUNT =
  /^(?:[0-9]{12}|arn:aws[a-z-]*:iam::[0-9]{12}:(?:root|(?:user|role)\/[\w+=,.@/-]+))$/;

/**
 * Checks that a policy has the one structure that AWS allows: at least one statement that allows
 * reading the authority, and one that allows issuing with one of six templates. Only principals and
 * ARNs vary.
 * @param authorityArn of the authority that gets the policy
 * @throws AwsError InvalidPolicyException; LockoutPreventedException when a statement denies,
 * because that could lock the account out of changing its own policy
 */
export function checkResourcePolicy(text: string, authorityArn: string): void {
  const { Statement: statements } = parsePolicy(text);
  if (statements.some(({ Effect }) => Effect === 'Deny')) {
    const message = 'The policy would lock the caller out: statements may allow but not deny';
    throw new AwsError('LockoutPreventedException', message);
  }
  for (const statement of statements) checkStatement(statement, authorityArn);
  if (!statements.some(isReading)) throw invalid('no statement allows the read actions');
  if (!statements.some(isIssuing)) throw invalid('no statement allows IssueCertificate');
}

function parsePolicy(text: string): z.infer<typeof policySchema> {
  const policy = policySchema.safeParse(parseJson(text));
  if (policy.success && findLostMember(text) === undefined) return policy.data;
  const [issue] = policy.error?.issues ?? [];
  throw invalid(`it is malformed${issue ? ` at '${issue.path.join('.')}'` : ''}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('it is not JSON');
  }
}

function checkStatement(statement: Statement, authorityArn: string): void {
  const { Resource, Condition: { StringEquals = {}, StringNotEquals = {} } = {} } = statement;
  if ([Resource].flat().some((resource) => resource !== authorityArn)) {
    throw invalid('a statement names another resource');
  }
  if (!isReading(statement) && !isIssuing(statement)) {
    throw invalid('a statement has actions that cannot be granted');
  }
  checkPrincipal(statement);
  const { 'acm-pca:TemplateArn': template, 'aws:PrincipalOrgID': _, ...others } = StringEquals;
  const { 'aws:PrincipalAccount': __, ...othersNot } = StringNotEquals;
  if (Object.keys({ ...others, ...othersNot }).length > 0) {
    throw invalid('a statement has a condition that is not allowed');
  }
  const isRight = isIssuing(statement) ? isGrantable(template) : template === undefined;
  if (!isRight) throw invalid('IssueCertificate needs the condition of an allowed template');
}

/** A policy for every principal must name the organization that they belong to. */
function checkPrincipal({ Principal, Condition }: Statement): void {
  const organization = Condition?.StringEquals?.['aws:PrincipalOrgID'];
  const isRight =
    Principal === '*'
      ? organization !== undefined && /^o-[a-z0-9]{10,32}$/.test(organization)
      : [Principal.AWS].flat().every((name) => ACCOUNT.test(name));
  if (!isRight) throw invalid('a statement has a principal that is not allowed');
}

function isReading({ Action }: Statement): boolean {
  return isSameSet([Action].flat(), READ_ACTIONS);
}

function isIssuing({ Action }: Statement): boolean {
  return isSameSet([Action].flat(), ISSUE_ACTIONS);
}

function isSameSet(these: readonly string[], those: readonly string[]): boolean {
  return these.toSorted().join() === those.join();
}

function isGrantable(template: string | undefined): boolean {
  const arn = parseArn(template ?? '');
  const isTemplate = arn?.service === 'acm-pca' && arn.region === '' && arn.accountId === '';
  return isTemplate && TEMPLATES.includes(arn.resource);
}

function invalid(reason: string): AwsError {
  return new AwsError('InvalidPolicyException', `The resource policy is invalid: ${reason}`);
}
