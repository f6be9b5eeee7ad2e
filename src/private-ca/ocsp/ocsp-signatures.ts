/** Too many OCSP answers already wait for the authority's key. A later request may succeed. */
export class KeyBusyError extends Error {
  override readonly name = 'KeyBusyError';
}

/**
 * Limits the use of the authorities' keys for OCSP, because anyone may request signatures and a
 * token may make only a few tens per second. Each key signs one OCSP answer at a time, so issuing
 * waits for at most one signature; other answers wait in order.
 */
export interface OcspSignatures {
  /**
   * Calls `sign` when its turn has come.
   * @param mostWaiting how many may be ahead of it
   * @throws KeyBusyError when more are
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
      if (line.length > mostWaiting)
        throw new KeyBusyError('too many OCSP answers wait for the key');
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
