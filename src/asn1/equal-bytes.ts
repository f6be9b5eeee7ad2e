/** Whether two octet strings are equal. Only for public values: secrets need `timingSafeEqual`. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
