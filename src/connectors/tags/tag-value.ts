import { z } from 'zod';
import { isDottedOid } from '../../asn1/object-identifiers.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../durations.ts';
import type { ConnectorTag, TagDuration } from './connector-tags.ts';

/** The parsed value of a tag. A tag that is absent or empty has none of these. */
export interface TagValue<Word extends string> {
  readonly words: ReadonlySet<Word>;
  readonly durationMs: number | undefined;
  /** Dotted. */
  readonly identifiers: readonly string[];
  /** SHA-256 in lower case, without colons. */
  readonly fingerprints: ReadonlySet<string>;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: SECOND_MS,
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
};

/** `365d`, `12h`, `15m` or `15s` in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const length = UNITS_MS[unit ?? ''];
  return count === undefined || length === undefined ? undefined : Number(count) * length;
}

/** A SHA-256 fingerprint as tools print it, with colons or without; undefined for anything else. */
function parseFingerprint(text: string): string | undefined {
  const plain = /^[0-9a-f]{2}(:[0-9a-f]{2}){31}$/i.test(text) ? text.replaceAll(':', '') : text;
  return /^[0-9a-f]{64}$/i.test(plain) ? plain.toLowerCase() : undefined;
}

/**
 * The schema of a tag's value: any of its words, object identifiers and fingerprints if the tag
 * takes them, and at most one duration, separated by spaces.
 */
export function tagValueSchema<Word extends string>(
  tag: ConnectorTag & { readonly words: Readonly<Record<Word, string>> },
): z.ZodType<TagValue<Word>, string | undefined> {
  return z
    .string()
    .default('')
    .transform((text, context) => {
      const parts = text.split(' ').filter((part) => part !== '');
      const words = parts.filter((part): part is Word => Object.hasOwn(tag.words, part));
      const isIdentifier = (part: string) => tag.identifiers !== undefined && isDottedOid(part);
      const identifiers = parts.filter(isIdentifier);
      const prints = parts.map((part) => tag.fingerprints && parseFingerprint(part));
      const others = parts.filter(
        (part, at) => !(Object.hasOwn(tag.words, part) || isIdentifier(part) || prints[at]),
      );
      const [duration, ...excess] = others;
      const durationMs = tag.duration && durationWithin(tag.duration, duration);
      if (excess.length > 0 || (duration !== undefined && durationMs === undefined)) {
        const wrong = excess[0] ?? duration;
        context.addIssue({ code: 'custom', message: `takes ${grammarOf(tag)}, not "${wrong}"` });
        return z.NEVER;
      }
      const fingerprints = new Set(prints.filter((print) => print !== undefined));
      return { words: new Set(words), durationMs, identifiers, fingerprints };
    });
}

function durationWithin(
  { minimum, maximum }: TagDuration,
  text: string | undefined,
): number | undefined {
  const [least = 0, most = 0] = [minimum, maximum].map(parseDuration);
  const milliseconds = parseDuration(text ?? '');
  const within = milliseconds !== undefined && milliseconds >= least && milliseconds <= most;
  return within ? milliseconds : undefined;
}

/** What a tag's value may hold, for error messages. */
function grammarOf({ words, duration, identifiers, fingerprints }: ConnectorTag): string {
  const names = Object.keys(words);
  const durations = duration && `one duration from ${duration.minimum} to ${duration.maximum}`;
  const list = names.length > 0 ? `the words ${names.join(', ')}` : undefined;
  const oids = identifiers && 'dotted object identifiers';
  const prints = fingerprints && 'SHA-256 fingerprints of certificates in hexadecimal';
  return [list, durations, oids, prints].filter((part) => part !== undefined).join(' and ');
}
