import type { IdentityPolicy } from '../connectors/connector-policy.ts';
import type { GeneralName } from '../x509/general-names.ts';
import { parseGeneralNames } from '../x509/general-names.ts';

/** Microsoft's form of a security identifier in a URI, which domain controllers map to an account as they do the extension. */
const SID_URI = /^tag:microsoft\.com,2022-09-14:sid:/i;
const DNS_NAME = /^(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*$/;
const MAX_LENGTH = { dNSName: 253, rfc822Name: 256, uniformResourceIdentifier: 2048 } as const;

/**
 * What is wrong with the subjectAltName of a request, or undefined: kinds of names that this server does not certify, names
 * of the wrong form, and the names of Windows accounts where the connector does not allow them.
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
      if (SID_URI.test(name.value) && !policy.allowSecurityIdentifiers) {
        return 'a security identifier is not allowed on this connector';
      }
      return wellFormed(/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(name.value), name.kind, name.value);
    case 'userPrincipalName':
      return policy.allowUserPrincipalNames
        ? undefined
        : 'a user principal name is not allowed on this connector';
    case 'iPAddress':
      return undefined;
    default:
      return `names of the kind ${name.kind} are not issued`;
  }
}

function wellFormed(
  matches: boolean,
  kind: keyof typeof MAX_LENGTH,
  value: string,
): string | undefined {
  return matches && value.length <= MAX_LENGTH[kind] ? undefined : `a ${kind} is not well formed`;
}
