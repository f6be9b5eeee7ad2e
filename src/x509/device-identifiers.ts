import { DecodeError } from '../asn1/decode-error.ts';
import { expectType, isType } from '../asn1/expect-type.ts';
import { readBer } from '../asn1/read-ber.ts';
import { readOid } from './read-oid.ts';
import { readString } from './read-string.ts';

const MAX_OCTETS = 256;

/**
 * The identifierValue of a PermanentIdentifier (RFC 4043 section 2), or undefined when its assigner
 * alone is there, or neither.
 * @throws DecodeError when malformed
 */
export function parsePermanentIdentifier(value: Uint8Array): string | undefined {
  const fields = [...readFields(value)];
  const text = isType(fields[0], 'OBJECT IDENTIFIER') ? undefined : fields.shift();
  const assigner = fields.shift();
  if (assigner !== undefined) readOid(assigner);
  if (fields.length > 0) throw new DecodeError('a permanentIdentifier is malformed');
  return text && readString(text).value;
}

/** Checks a HardwareModuleName (RFC 4108 section 5). @throws DecodeError when malformed */
export function checkHardwareModuleName(value: Uint8Array): void {
  const [type, serialNumber, ...others] = readFields(value);
  if (type === undefined || others.length > 0 || serialNumber === undefined) {
    throw new DecodeError('a hardwareModuleName is malformed');
  }
  readOid(type);
  if (expectType(serialNumber, 'OCTET STRING').content.length > 0) return;
  throw new DecodeError('the serial number in a hardwareModuleName is empty');
}

function readFields(value: Uint8Array) {
  if (value.length > MAX_OCTETS) {
    throw new DecodeError(`the identifier of a device is longer than ${MAX_OCTETS} octets`);
  }
  return expectType(readBer(value), 'SEQUENCE').children;
}
