import type { IdentityPolicy } from '../../connectors/tags/connector-policy.ts';
import { type GeneralName, parseGeneralNames } from '../../x509/general-names.ts';
import { MISLEADING_CHARACTER } from './check-subject.ts';

/**
 * Microsoft's tag URIs. Domain controllers map one form, with a security identifier, to an
 * account as they map the extension. All of them are treated alike, in any case and encoding.
 */
const MICROSOFT_TAG = 'tag:microsoft';
const LABEL = '[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const DNS_NAME = new RegExp(`^(\\*\\.)?${LABEL}(\\.${LABEL})*$`);
const MAX_LENGTH = { dNSName: 253, rfc822Name: 256, uniformResourceIdentifier: 2048 } as const;

/**
 * The objection to a request's subjectAltName, or undefined. It objects to kinds of names that this
 * server does not certify, to malformed names, and to Windows accounts that the policy forbids.
 * @throws DecodeError when malformed
 */
export function checkAlternativeNames(
  value: Uint8Array,
  policy: IdentityPolicy,
): string | undefined {
  for (const name of parseGeneralNames(value)) {
    const objection = objectionTo(name, policy);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

function objectionTo(name: GeneralName, policy: IdentityPolicy): string | undefined {
  switch (name.kind) {
    case 'dNSName':
      return wellFormed(DNS_NAME.test(name.value), name.kind, name.value);
    case 'rfc822Name':
      return wellFormed(/^[^@\s]+@[^@\s]+$/.test(name.value), name.kind, name.value);
    case 'uniformResourceIdentifier':
      if (isMicrosoftTag(name.value) && !policy.allowSecurityIdentifiers) {
        return 'a security identifier is not allowed on this connector';
      }
      return wellFormed(/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(name.value), name.kind, name.value);
    case 'userPrincipalName':
      if (!policy.allowUserPrincipalNames) {
        return 'a user principal name is not allowed on this connector';
      }
      return MISLEADING_CHARACTER.test(name.value) ? 'a control character' : undefined;
    case 'iPAddress':
      return undefined;
    default:
      return `names of the kind ${name.kind} are not issued`;
  }
}

function isMicrosoftTag(uri: string): boolean {
  const plain = uri.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return plain.toLowerCase().startsWith(MICROSOFT_TAG);
}

function wellFormed(
  matches: boolean,
  kind: keyof typeof MAX_LENGTH,
  value: string,
): string | undefined {
  return matches && value.length <= MAX_LENGTH[kind] ? undefined : `a ${kind} is not well formed`;
}
