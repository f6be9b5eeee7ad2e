const GROUPS = 8;

/**
 * The 4 or 16 octets of an IPv4 or IPv6 address in text, without zone or prefix length; undefined
 * when it is neither.
 */
export function parseIpAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** The text of 4 or 16 octets, IPv6 as in RFC 5952; undefined for another length. */
export function formatIpAddress(octets: Uint8Array): string | undefined {
  if (octets.length === 4) return octets.join('.');
  return octets.length === 2 * GROUPS ? formatIpv6(octets) : undefined;
}

function parseIpv4(text: string): Uint8Array | undefined {
  const octets = text
    .split('.')
    .map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return octets.length === 4 && octets.every((octet) => octet < 256)
    ? Buffer.from(octets)
    : undefined;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::').map((half, i, all) => parseGroups(half, i === all.length - 1));
  const [head, tail] = halves;
  if (head === undefined || halves.length > 2) return undefined;
  if (halves.length === 1) return head.length === 2 * GROUPS ? Buffer.from(head) : undefined;
  const zeros = 2 * GROUPS - head.length - (tail?.length ?? 2 * GROUPS);
  return zeros < 2 || tail === undefined
    ? undefined
    : Buffer.from([...head, ...new Array<number>(zeros).fill(0), ...tail]);
}

/**
 * The octets of groups joined by single colons; undefined when malformed. The last group of the
 * address may be IPv4.
 */
function parseGroups(text: string, endsAddress: boolean): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const octets = groups.map((group, i) => {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }
    return endsAddress && i === groups.length - 1 ? [...(parseIpv4(group) ?? [])] : [];
  });
  return octets.some((pair) => pair.length === 0) ? undefined : octets.flat();
}

function formatIpv6(octets: Uint8Array): string {
  const view = Buffer.from(octets);
  const groups = Array.from({ length: GROUPS }, (_, i) => view.readUInt16BE(2 * i));
  const { start, length } = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    const end = groups.findIndex((group, i) => i >= start && group !== 0);
    const length = (end < 0 ? groups.length : end) - start;
    if (length > longest.length) longest = { start, length };
  }
  return longest;
}
