import { invalid } from '../connector-errors.ts';
import { readConnectorPolicy } from './connector-policy.ts';

type Tags = Readonly<Record<string, string>>;

const MAX_TAGS = 50;
const MAX_KEY = 128;
const MAX_VALUE = 256;
/** Letters, spaces (but no line breaks) and digits of any script, and these characters. */
const CHARACTERS = /^[\p{L}\p{Zs}\p{N}_.:/=+\-@]*$/u;

/**
 * Requires that all tags of a connector obey AWS's rules and form a readable policy.
 * @throws AwsError ValidationException
 */
export function checkConnectorTags(tags: Tags): void {
  checkTags(tags);
  try {
    readConnectorPolicy(tags);
  } catch (error) {
    if (error instanceof RangeError) throw invalid(error.message);
    throw error;
  }
}

/**
 * Requires that all tags of a challenge obey AWS's rules. Tags with the prefix `scep:` have no
 * meaning on a challenge yet, so all are refused.
 * @throws AwsError ValidationException
 */
export function checkChallengeTags(tags: Tags): void {
  checkTags(tags);
  const policy = Object.keys(tags).find((key) => /^scep:/i.test(key));
  if (policy !== undefined) throw invalid(`the tag ${policy} is unknown for a challenge`);
}

function checkTags(tags: Tags): void {
  const entries = Object.entries(tags);
  if (entries.length > MAX_TAGS) throw invalid(`a resource has at most ${MAX_TAGS} tags`);
  for (const [key, value] of entries) checkTag(key, value);
}

function checkTag(key: string, value: string): void {
  const length = lengthOf(key);
  if (length < 1 || length > MAX_KEY) {
    throw invalid(`the key of a tag has 1 to ${MAX_KEY} characters`);
  }
  if (!CHARACTERS.test(key)) throw invalid('the key of a tag has a character that is not allowed');
  if (/^aws:/i.test(key)) throw invalid(`the tag ${key}: keys that begin with aws: are reserved`);
  if (lengthOf(value) > MAX_VALUE) {
    throw invalid(`the tag ${key}: its value has at most ${MAX_VALUE} characters`);
  }
  if (!CHARACTERS.test(value)) {
    throw invalid(`the tag ${key}: its value has a character that is not allowed`);
  }
}

/** In characters, not in the units of UTF-16. */
function lengthOf(text: string): number {
  return [...text].length;
}
