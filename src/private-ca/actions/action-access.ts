import { formatArn, parseArn, partitionOf } from '../../aws-wire/arn.ts';
import type { Caller } from '../../aws-wire/caller.ts';
import type { Access } from '../../aws-wire/policy/access.ts';
import type { Tag } from '../authority/authority-tags.ts';
import { templateArn } from '../issuing/templates.ts';
import { authorityArn } from '../model/private-ca-arns.ts';

/** What each action needs a policy to allow ("Actions, resources, and condition keys for AWS Private CA"). */

interface OnAuthority {
  readonly CertificateAuthorityArn?: string | undefined;
}

function access(action: string, resource = '*'): Access {
  return { action: `acm-pca:${action}`, resources: [resource] };
}

/** Of an action that is about no authority that there is. */
export function accessToAll(action: string) {
  return (): readonly Access[] => [access(action)];
}

/** Of an action on the authority that its CertificateAuthorityArn names. */
export function accessToAuthority(action: string) {
  return (_: Caller, input: OnAuthority): readonly Access[] => [
    access(action, input.CertificateAuthorityArn),
  ];
}

/** Of an action on the authority that its ResourceArn names. */
export function accessToResource(action: string) {
  return (_: Caller, input: { readonly ResourceArn?: string | undefined }): readonly Access[] => [
    access(action, input.ResourceArn),
  ];
}

/** Tags of a new authority need the right to tag, as at AWS. */
export function accessToCreate(
  caller: Caller,
  { Tags }: { readonly Tags?: readonly Tag[] | undefined },
): readonly Access[] {
  const create = access('CreateCertificateAuthority');
  if (Tags === undefined) return [create];
  const requestTags = requestedTags(Tags);
  const tag = access('TagCertificateAuthority', authorityArn(caller, '*'));
  return [
    { ...create, requestTags },
    { ...tag, requestTags },
  ];
}

/**
 * A template has an ARN in every partition, and a policy must not be passed by naming it in another: it is judged by the one in
 * the caller's own.
 */
export function accessToIssue(
  { region }: Caller,
  input: OnAuthority & { readonly TemplateArn?: string | undefined },
): readonly Access[] {
  const { TemplateArn: given = templateArn('EndEntityCertificate/V1') } = input;
  const arn = parseArn(given);
  const template = arn ? formatArn({ ...arn, partition: partitionOf(region) }) : given;
  const context = { 'acm-pca:TemplateArn': template };
  return [{ ...access('IssueCertificate', input.CertificateAuthorityArn), context }];
}

type OnTags = OnAuthority & { readonly Tags?: readonly Tag[] | undefined };

/** The tags that the request would set are for conditions of policies. */
export function accessToTag(_: Caller, { CertificateAuthorityArn, Tags = [] }: OnTags) {
  const requestTags = requestedTags(Tags);
  return [{ ...access('TagCertificateAuthority', CertificateAuthorityArn), requestTags }];
}

/** The keys that the request names are for conditions of policies. */
export function accessToUntag(_: Caller, { CertificateAuthorityArn, Tags = [] }: OnTags) {
  const tagKeys = Tags.map(({ Key }) => Key);
  return [{ ...access('UntagCertificateAuthority', CertificateAuthorityArn), tagKeys }];
}

function requestedTags(tags: readonly Tag[]): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ Key, Value = '' }) => [Key, Value]));
}
