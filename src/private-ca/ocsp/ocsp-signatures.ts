/**
 * So many wait already for the key of an authority to sign OCSP answers that one more is not to.
 * Later there is room again.
 */
export class KeyBusyError extends Error {
  override readonly name = 'KeyBusyError';
}

/**
 * Bounds what strangers can make the authorities' keys do: everybody may ask for signatures, and a
 * token may give a few tens in a second. Each key signs one OCSP answer at a time, so that issuing
 * finds it free after one signature at most; the others wait in their order.
 */
export interface OcspSignatures {
  /**
   * Does `sign` when its turn has come.
   * @param mostWaiting how many may be before it
   * @throws KeyBusyError when there are more
   */
  inTurn<T>(authorityId: string, mostWaiting: number, sign: () => Promise<T>): Promise<T>;
}

interface Line {
  length: number;
  last: Promise<unknown>;
}

export function createOcspSignatures(): OcspSignatures {
  const lines = new Map<string, Line>();
  return {
    async inTurn(authorityId, mostWaiting, sign) {
      const line = lines.get(authorityId) ?? { length: 0, last: Promise.resolve() };
      if (line.length > mostWaiting) throw new KeyBusyError('too many wait for the key');
      lines.set(authorityId, line);
      line.length += 1;
      const signed = line.last.then(sign);
      line.last = signed.catch(() => undefined);
      try {
        return await signed;
      } finally {
        line.length -= 1;
        if (line.length === 0) lines.delete(authorityId);
      }
    },
  };
}
