// A separate DER writer and reader: the corpus shares no code with what it tests.

/** One element. A `tag` is the identifier octet. */
export function tlv(tag, ...parts) {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length) {
  if (length < 128) return Buffer.from([length]);
  const hex = length.toString(16);
  const octets = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return Buffer.concat([Buffer.from([0x80 + octets.length]), octets]);
}

/** One constructed element in BER with indefinite length. */
export const indefinite = (tag, ...parts) =>
  Buffer.concat([Buffer.from([tag, 0x80]), ...parts, Buffer.from([0, 0])]);

export const sequence = (...parts) => tlv(0x30, ...parts);
export const set = (...parts) => tlv(0x31, ...parts);
export const sortedSet = (parts) => set(...[...parts].sort(Buffer.compare));
export const octetString = (bytes) => tlv(0x04, bytes);
export const bitString = (bytes, unused = 0) => tlv(0x03, Buffer.from([unused]), bytes);
export const boolean = (value) => tlv(0x01, Buffer.from([value ? 255 : 0]));
export const nothing = tlv(0x05);
export const context = (number, ...parts) => tlv(0xa0 + number, ...parts);
export const implicit = (number, bytes) => tlv(0x80 + number, bytes);

/** Takes an integer below 2^31 or the octets of a non-negative one. */
export function integer(value) {
  const octets = typeof value === 'number' ? Buffer.from(evenHex(value), 'hex') : value;
  return tlv(0x02, octets[0] >= 0x80 ? Buffer.concat([Buffer.from([0]), octets]) : octets);
}

function evenHex(value) {
  const hex = value.toString(16);
  return hex.length % 2 ? `0${hex}` : hex;
}

export function oid(dotted) {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  const octets = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc % 128];
    for (let more = Math.floor(arc / 128); more > 0; more = Math.floor(more / 128)) {
      groups.unshift((more % 128) + 128);
    }
    return groups;
  });
  return tlv(0x06, Buffer.from(octets));
}

const STRING_TAGS = { utf8: 0x0c, printable: 0x13, t61: 0x14, ia5: 0x16, bmp: 0x1e };

/** `kind` is one of utf8, printable, t61, ia5, bmp. */
export function string(kind, text) {
  const octets = kind === 'bmp' ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, 'utf8');
  return tlv(STRING_TAGS[kind], octets);
}

/** UTCTime of an ISO text such as 2024-01-01T00:00:00Z. */
export const utcTime = (iso) =>
  tlv(0x17, Buffer.from(`${iso.slice(2, 19).replace(/\D/g, '')}Z`, 'latin1'));

/** The whole elements directly inside a constructed element. */
export function children(element) {
  const found = [];
  for (let at = headerLength(element); at < element.length; ) {
    const end = at + elementLength(element.subarray(at));
    found.push(element.subarray(at, end));
    at = end;
  }
  return found;
}

export const contentOf = (element) => element.subarray(headerLength(element));

function headerLength(element) {
  return element[1] < 128 ? 2 : 2 + (element[1] - 128);
}

function elementLength(element) {
  const header = headerLength(element);
  if (header === 2) return 2 + element[1];
  return header + Number.parseInt(element.subarray(2, header).toString('hex'), 16);
}
