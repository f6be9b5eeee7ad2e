// Preloaded by master-key.test.ts: kills its process with SIGKILL at the nth call that seals
// something, as a crash would.
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

let left = Number(process.env['KILL_AT_SEAL']);
const { createCipheriv } = crypto;
crypto.createCipheriv = (...args) => {
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
  return createCipheriv(...args);
};
syncBuiltinESMExports();
