import { writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';

const pkcs11 = createRequire(import.meta.url)('pkcs11js');

/**
 * Preloaded into a server (node --import): its token makes keys in calls that never return. Each
 * call holds a thread of Node.js, as a native one would, by opening a FIFO that has no writer.
 */
pkcs11.PKCS11 = class extends pkcs11.PKCS11 {
  C_GenerateKeyPairAsync = () => {
    writeSync(2, 'the token hangs\n');
    return open(process.env.HANG_TOKEN_FIFO, 'r');
  };
};
