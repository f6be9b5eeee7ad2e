import { OID } from '../asn1/object-identifiers.ts';
import { parseName } from './distinguished-name.ts';
import type { GeneralName } from './general-names.ts';
import { parseIpAddress } from './ip-address.ts';
import { matchesHost, matchesMailbox, matchesUri } from './match-constrained-text.ts';
import type { NameConstraint, NameConstraints } from './name-constraints.ts';

/**
 * Which name of a certificate its issuer may not certify (RFC 5280 section 4.2.1.10), as its kind; undefined when none. The
 * subject counts as a directoryName, and each emailAddress in it as an rfc822Name. A name of a kind that is constrained
 * and that this program cannot match is one that the issuer may not certify.
 * @param subject Name, DER
 * @throws DecodeError when the subject or a directoryName is not a Name of character strings
 */
export function checkNameConstraints(
  { permitted, excluded }: NameConstraints,
  subject: Uint8Array,
  alternativeNames: readonly GeneralName[],
): GeneralName['kind'] | undefined {
  const names = [...subjectNames(subject), ...alternativeNames];
  const breach = names.find((name) => {
    const allowed = permitted.filter((constraint) => isOfKind(constraint, name));
    const forbidden = excluded.filter((constraint) => isOfKind(constraint, name));
    const isAllowed = allowed.length === 0 || allowed.some((each) => matches(name, each, 'inside'));
    return !isAllowed || forbidden.some((each) => matches(name, each, 'touching'));
  });
  return breach?.kind;
}

function subjectNames(subject: Uint8Array): readonly GeneralName[] {
  const attributes = parseName(subject).flat();
  if (attributes.length === 0) return [];
  const emailAddresses = attributes.filter(({ oid }) => oid === OID.emailAddress);
  return [
    { kind: 'directoryName', value: subject },
    ...emailAddresses.map(({ value }) => ({ kind: 'rfc822Name', value }) as const),
  ];
}

function isOfKind(constraint: NameConstraint, { kind }: GeneralName): boolean {
  return constraint.kind === (kind === 'userPrincipalName' ? 'otherName' : kind);
}

/**
 * Whether the name lies inside the subtree or, for exclusion, at least touches it: what cannot be judged is neither inside nor
 * free of it.
 */
function matches(
  name: GeneralName,
  constraint: NameConstraint,
  how: 'inside' | 'touching',
): boolean {
  const otherwise = how === 'touching';
  if (constraint.kind === 'rfc822Name' && name.kind === 'rfc822Name') {
    return matchesMailbox(name.value, constraint.value) ?? otherwise;
  }
  if (constraint.kind === 'uniformResourceIdentifier' && name.kind === constraint.kind) {
    return matchesUri(name.value, constraint.value) ?? otherwise;
  }
  if (constraint.kind === 'dNSName' && name.kind === 'dNSName') {
    return matchesHost(name.value, constraint.value, how);
  }
  if (constraint.kind === 'directoryName' && name.kind === 'directoryName') {
    return isWithinName(name.value, constraint.value);
  }
  if (constraint.kind === 'iPAddress' && name.kind === 'iPAddress') {
    return isWithinRange(name.value, constraint);
  }
  return otherwise;
}

/** Whether a Name begins with the relative names of another, compared by RFC 5280 section 7.1 as far as Unicode's lower case goes. */
function isWithinName(name: Uint8Array, base: Uint8Array): boolean {
  const [relativeNames, wanted] = [comparableName(name), comparableName(base)];
  return wanted.every((relativeName, i) => relativeName === relativeNames[i]);
}

function comparableName(der: Uint8Array): readonly string[] {
  return parseName(der).map((attributes) => {
    const texts = attributes.map(({ oid, value }) => {
      const folded = value.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
      return JSON.stringify([oid, folded]);
    });
    return texts.toSorted().join();
  });
}

interface AddressRange {
  readonly address: Uint8Array;
  readonly mask: Uint8Array;
}

function isWithinRange(text: string, { address, mask }: AddressRange): boolean {
  const octets = parseIpAddress(text);
  if (octets?.length !== address.length) return false;
  return octets.every((octet, i) => {
    const bits = mask[i] ?? 0xff;
    return (octet & bits) === ((address[i] ?? 0) & bits);
  });
}
