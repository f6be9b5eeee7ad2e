import { InvalidArgumentError } from 'commander';

export type Tags = Readonly<Record<string, string>>;

/** A parser for commander: key=value, once or several times. The value may hold further equals signs, or be empty. */
export function parseTag(text: string, previous: Tags = {}): Tags {
  const split = text.indexOf('=');
  if (split < 1) throw new InvalidArgumentError('It must be key=value.');
  const key = text.slice(0, split);
  if (Object.hasOwn(previous, key)) throw new InvalidArgumentError(`${key} is given twice.`);
  return { ...previous, [key]: text.slice(split + 1) };
}
