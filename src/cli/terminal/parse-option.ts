import { InvalidArgumentError } from 'commander';
import { isDottedOid, OID } from '../../asn1/object-identifiers.ts';
import { readBer } from '../../asn1/read-ber.ts';
import { derInteger } from '../../asn1/write-der.ts';
import { KEY_USAGES, type KeyUsage } from '../../x509/key-usage.ts';

/** Names for --extended-key-usage; other purposes are named by their object identifiers. */
const PURPOSES = {
  clientAuth: OID.clientAuth,
  serverAuth: OID.serverAuth,
} as const;

/**
 * Parsers for commander: each takes the text of the option and, if the option is repeatable, the
 * value so far.
 */

export function parseServerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidArgumentError('It must begin with http:// or https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError('It must not hold a user name or password.');
  }
  return url;
}

export function parseFingerprint(text: string): string {
  const digits = text.replaceAll(/[:\s]/g, '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return digits;
  throw new InvalidArgumentError(
    'It must be a SHA-256 fingerprint, 64 hexadecimal digits: openssl x509 -noout -fingerprint -sha256 -in ca.pem',
  );
}

/** For an option that takes a whole number between two bounds. */
export function parseWholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= minimum && number <= maximum) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}

/** For an option that may be repeated. */
export function collect(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

export function parseKeyUsages(
  text: string,
  previous: readonly KeyUsage[] = [],
): readonly KeyUsage[] {
  const usages = text.split(',').map((part) => {
    const usage = KEY_USAGES.find((name) => name.toLowerCase() === part.trim().toLowerCase());
    if (usage !== undefined) return usage;
    throw new InvalidArgumentError(`Use one or more of ${KEY_USAGES.join(', ')}.`);
  });
  return [...previous, ...usages];
}

export function parsePurposes(text: string, previous: readonly string[] = []): readonly string[] {
  const purposes = text.split(',').map((part) => {
    const named = Object.entries(PURPOSES).find(
      ([name]) => name.toLowerCase() === part.trim().toLowerCase(),
    );
    if (named !== undefined) return named[1];
    if (isDottedOid(part.trim())) return part.trim();
    throw new InvalidArgumentError(
      `Use ${Object.keys(PURPOSES).join(', ')} or an object identifier such as 1.3.6.1.5.5.7.3.4.`,
    );
  });
  return [...previous, ...purposes];
}

/**
 * Parses a serial number in hexadecimal, with or without colons and 0x. Returns the content octets
 * of the INTEGER.
 */
export function parseSerialNumber(text: string): Uint8Array {
  const digits = text.replace(/^0x/i, '').replaceAll(':', '');
  if (!/^[0-9a-f]{1,42}$/i.test(digits) || /^0+$/.test(digits)) {
    throw new InvalidArgumentError(
      'It must be hexadecimal, as openssl x509 -noout -serial prints it.',
    );
  }
  return readBer(
    derInteger(Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')),
  ).content;
}
