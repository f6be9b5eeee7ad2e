// Preloaded by master-key.test.ts: ends its process by SIGKILL, as a crash would, when it is to seal for the nth time.
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
