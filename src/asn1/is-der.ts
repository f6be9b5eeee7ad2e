import { equalBytes } from './equal-bytes.ts';
import { type BerElement, readBer } from './read-ber.ts';
import { derElement } from './write-der.ts';

const SEQUENCE = 16;
const SET = 17;

/**
 * Whether every element of `bytes` is encoded as DER requires (X.690 section 10): shortest definite
 * lengths, and only SEQUENCE, SET and tagged elements constructed. Does not check the values.
 * @throws DecodeError when the bytes are not one BER element within the limits of `readBer`
 */
export function isDer(bytes: Uint8Array): boolean {
  const element = readBer(bytes);
  return onlyDerForms(element) && equalBytes(rewritten(element), bytes);
}

function onlyDerForms({ tagClass, tagNumber, constructed, children }: BerElement): boolean {
  const isContainer = tagNumber === SEQUENCE || tagNumber === SET;
  const isRightForm = tagClass !== 'universal' || constructed === isContainer;
  return isRightForm && children.every(onlyDerForms);
}

function rewritten({ bytes, constructed, children, content }: BerElement): Uint8Array {
  const tag = bytes[0] as number;
  return constructed ? derElement(tag, ...children.map(rewritten)) : derElement(tag, content);
}
