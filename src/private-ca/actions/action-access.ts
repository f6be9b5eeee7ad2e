import type { Caller } from '../../aws-wire/caller.ts';
import type { Access } from '../../aws-wire/policy/request-context.ts';
import type { Tag } from '../authority/authority-tags.ts';

/**
 * The right to an action of this service on one resource; on `*` when the action has no resource,
 * or the request names none.
 */
export function actionAccess(action: string, resource = '*'): Access {
  return { action: `acm-pca:${action}`, resources: [resource] };
}

/** For an action on the authority that its CertificateAuthorityArn names. */
export function accessToAuthority(action: string) {
  return (
    _caller: Caller,
    input: { readonly CertificateAuthorityArn?: string | undefined },
  ): readonly Access[] => [actionAccess(action, input.CertificateAuthorityArn)];
}

/** For an action on the authority that its ResourceArn names. */
export function accessToResource(action: string) {
  return (
    _caller: Caller,
    input: { readonly ResourceArn?: string | undefined },
  ): readonly Access[] => [actionAccess(action, input.ResourceArn)];
}

/** The tags that a request sets, as the conditions of policies see them. */
export function requestTagsOf(tags: readonly Tag[]): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ Key, Value = '' }) => [Key, Value]));
}
