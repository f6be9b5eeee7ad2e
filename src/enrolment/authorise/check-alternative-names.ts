import { OID } from '../../asn1/object-identifiers.ts';
import type { IdentityPolicy } from '../../connectors/tags/connector-policy.ts';
import {
  checkHardwareModuleName,
  parsePermanentIdentifier,
} from '../../x509/device-identifiers.ts';
import {
  type GeneralName,
  isUri,
  parseGeneralNames,
  type TextualName,
} from '../../x509/general-names.ts';
import { parseIpAddress } from '../../x509/ip-address.ts';
import { objectionToText } from './objection-to-text.ts';
import { isMicrosoftTag, objectionToMicrosoftTag } from './security-identifier.ts';

const LABEL = '[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const HOST = `${LABEL}(\\.${LABEL})*`;
const DNS_NAME = new RegExp(`^(\\*\\.)?${HOST}$`);
/** A mailbox of RFC 5321 section 4.1.2, whose local part is not quoted. */
const MAILBOX = new RegExp(`^[^@\\s]+@(${HOST}|\\[[0-9A-Za-z:.-]+\\])$`);
const FOUR_NUMBERS = /^\d+(\.\d+){3}$/;
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
      return objectionToDnsName(name);
    case 'rfc822Name':
      return objectionToTextual(name, MAILBOX.test(name.value));
    case 'uniformResourceIdentifier':
      return objectionToUri(name, policy);
    case 'userPrincipalName':
      return objectionToUserPrincipalName(name.value, policy);
    case 'iPAddress':
      return undefined;
    case 'otherName':
      return objectionToOtherName(name.typeId, name.value);
    default:
      return `names of the kind ${name.kind} are not issued`;
  }
}

function objectionToUserPrincipalName(value: string, policy: IdentityPolicy): string | undefined {
  if (!policy.allowUserPrincipalNames) {
    return 'a user principal name is not allowed on this connector';
  }
  const objection = objectionToText(value);
  return objection && `a user principal name ${objection}`;
}

function objectionToDnsName(name: TextualName): string | undefined {
  const { value } = name;
  if (FOUR_NUMBERS.test(value) || parseIpAddress(value) !== undefined) {
    return 'a dNSName is an IP address, which belongs into an iPAddress';
  }
  if (value.includes(' ')) return 'a dNSName is not well formed: it holds a space';
  if (value.endsWith('.')) return 'a dNSName is not well formed: it ends with a dot';
  return objectionToTextual(name, DNS_NAME.test(value));
}

function objectionToUri(name: TextualName, policy: IdentityPolicy): string | undefined {
  const { value } = name;
  if (isMicrosoftTag(value)) {
    if (!policy.allowSecurityIdentifiers) {
      return 'a security identifier is not allowed on this connector';
    }
    const objection = objectionToMicrosoftTag(value);
    if (objection !== undefined) return objection;
  }
  return objectionToTextual(name, isUri(value));
}

/** Identifiers of the device itself, which Windows maps to no account. */
function objectionToOtherName(typeId: string, value: Uint8Array): string | undefined {
  switch (typeId) {
    case OID.permanentIdentifier: {
      const text = parsePermanentIdentifier(value);
      const objection = text === undefined ? undefined : objectionToText(text);
      return objection && `a permanentIdentifier ${objection}`;
    }
    case OID.hardwareModuleName:
      checkHardwareModuleName(value);
      return undefined;
    default:
      return `names of the kind otherName are not issued: ${typeId}`;
  }
}

function objectionToTextual(
  { kind, value }: TextualName,
  isWellFormed: boolean,
): string | undefined {
  const objection = objectionToText(value);
  if (objection !== undefined) return `a ${kind} ${objection}`;
  const fits = value.length <= MAX_LENGTH[kind];
  return isWellFormed && fits ? undefined : `a ${kind} is not well formed`;
}
