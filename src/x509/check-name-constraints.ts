import { OID } from '../asn1/object-identifiers.ts';
import { readBer } from '../asn1/read-ber.ts';
import { parseName } from './distinguished-name.ts';
import type { GeneralName } from './general-names.ts';
import { parseIpAddress } from './ip-address.ts';
import { comparableName } from './is-same-name.ts';
import {
  matchesHost,
  matchesMailbox,
  matchesUri,
  type Relation,
} from './match-constrained-text.ts';
import type { NameConstraint, NameConstraints } from './name-constraints.ts';

/**
 * id-on-SmtpUTF8Mailbox (RFC 9598): a mailbox in an otherName. Constraints on rfc822Names apply to
 * it.
 */
const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9';
const LOOKS_LIKE_HOST = /^[a-z0-9_*-]+(?:\.[a-z0-9_-]+)+\.?$/i;

/**
 * The kind of the first name that the issuer may not certify (RFC 5280 section 4.2.1.10); undefined
 * when all names are allowed. The subject counts as a directoryName and each emailAddress in it as
 * an rfc822Name. Without a dNSName, each common name that looks like a host counts as one, as
 * OpenSSL does it and older clients expect. A name of a constrained kind that this program cannot
 * match is not allowed.
 * @param subject Name, DER
 * @param options.isAuthority whether it is a CA certificate, whose common name no client takes for
 *   a host
 * @throws DecodeError when the subject or a directoryName is not a Name of character strings
 */
export function checkNameConstraints(
  { permitted, excluded }: NameConstraints,
  subject: Uint8Array,
  alternativeNames: readonly GeneralName[],
  { isAuthority = false }: { readonly isAuthority?: boolean } = {},
): GeneralName['kind'] | undefined {
  const names = [
    ...subjectNames(subject),
    ...(isAuthority ? [] : commonHosts(subject, alternativeNames)),
    ...alternativeNames.flatMap(withMailbox),
  ];
  const comparable = createComparableName();
  const breach = names.find((name) => {
    const allowed = permitted.filter((constraint) => isOfKind(constraint, name));
    const forbidden = excluded.filter((constraint) => isOfKind(constraint, name));
    const isAllowed =
      allowed.length === 0 || allowed.some((each) => matches(name, each, 'inside', comparable));
    return !isAllowed || forbidden.some((each) => matches(name, each, 'touching', comparable));
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

function commonHosts(
  subject: Uint8Array,
  alternativeNames: readonly GeneralName[],
): readonly GeneralName[] {
  if (alternativeNames.some(({ kind }) => kind === 'dNSName')) return [];
  return parseName(subject)
    .flat()
    .filter(({ oid, value }) => oid === OID.commonName && LOOKS_LIKE_HOST.test(value))
    .map(({ value }) => ({ kind: 'dNSName', value }));
}

function withMailbox(name: GeneralName): readonly GeneralName[] {
  if (name.kind !== 'otherName' || name.typeId !== SMTP_UTF8_MAILBOX) return [name];
  // Invalid UTF-8 decodes to text that is not a mailbox.
  const value = Buffer.from(readBer(name.value).content).toString();
  return [name, { kind: 'rfc822Name', value }];
}

function isOfKind(constraint: NameConstraint, { kind }: GeneralName): boolean {
  return constraint.kind === (kind === 'userPrincipalName' ? 'otherName' : kind);
}

/** A name that cannot be matched counts as not 'inside', and as 'touching'. */
function matches(
  name: GeneralName,
  constraint: NameConstraint,
  how: Relation,
  comparable: (der: Uint8Array) => readonly string[],
): boolean {
  const otherwise = how === 'touching';
  if (constraint.kind === 'rfc822Name' && name.kind === 'rfc822Name') {
    return matchesMailbox(name.value, constraint.value, how) ?? otherwise;
  }
  if (constraint.kind === 'uniformResourceIdentifier' && name.kind === constraint.kind) {
    return matchesUri(name.value, constraint.value) ?? otherwise;
  }
  if (constraint.kind === 'dNSName' && name.kind === 'dNSName') {
    return matchesHost(name.value, constraint.value, how) ?? otherwise;
  }
  if (constraint.kind === 'directoryName' && name.kind === 'directoryName') {
    return isWithinName(comparable(name.value), comparable(constraint.value));
  }
  if (constraint.kind === 'iPAddress' && name.kind === 'iPAddress') {
    return isWithinRange(name.value, constraint, how);
  }
  return otherwise;
}

/** Whether a Name begins with the relative names of `base`. */
function isWithinName(relativeNames: readonly string[], base: readonly string[]): boolean {
  return base.every((relativeName, i) => relativeName === relativeNames[i]);
}

/** `comparableName` that reads each Name once, as there may be thousands of pairs. */
function createComparableName(): (der: Uint8Array) => readonly string[] {
  const known = new Map<Uint8Array, readonly string[]>();
  return (der) => {
    const texts = known.get(der) ?? comparableName(der);
    known.set(der, texts);
    return texts;
  };
}

interface AddressRange {
  readonly address: Uint8Array;
  readonly mask: Uint8Array;
}

/**
 * `touching` treats an IPv4 address and its IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) as
 * the same.
 */
function isWithinRange(text: string, { address, mask }: AddressRange, how: Relation): boolean {
  const octets = parseIpAddress(text);
  if (octets === undefined) return how === 'touching';
  if (octets.length !== address.length && how === 'inside') return false;
  const [own, base, bits] = [mapped(octets, 0), mapped(address, 0), mapped(mask, 0xff)];
  return own.every(
    (octet, i) => (octet & (bits[i] ?? 0xff)) === ((base[i] ?? 0) & (bits[i] ?? 0xff)),
  );
}

/** The octets of an IPv6 address; an IPv4 address is mapped to IPv6. */
function mapped(octets: Uint8Array, fill: number): Uint8Array {
  if (octets.length !== 4) return octets;
  return Buffer.from([...new Array<number>(10).fill(fill), 0xff, 0xff, ...octets]);
}
