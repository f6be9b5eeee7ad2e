import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodePem } from '../../../src/asn1/pem.ts';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../../src/x509/signing-algorithm.ts';
import { tempDirectory } from '../servers/temp-directory.ts';

/** Whether the openssl command finds that the signature is one of the public key (SubjectPublicKeyInfo, DER). */
export function verifiesByOpenssl(signed: {
  readonly publicKey: Uint8Array;
  readonly algorithm: SigningAlgorithm;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}): boolean {
  const directory = tempDirectory();
  const [keyFile, signatureFile] = ['key.pem', 'signature'].map((name) =>
    path.join(directory, name),
  ) as [string, string];
  writeFileSync(keyFile, encodePem('PUBLIC KEY', signed.publicKey));
  writeFileSync(signatureFile, signed.signature);
  const { digest, ...row } = SIGNING_ALGORITHMS[signed.algorithm];
  const padding =
    'saltLength' in row
      ? ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', `rsa_pss_saltlen:${row.saltLength}`]
      : [];
  const { stdout, error } = spawnSync(
    'openssl',
    ['dgst', `-${digest}`, '-verify', keyFile, '-signature', signatureFile, ...padding],
    { input: signed.bytes, encoding: 'utf8' },
  );
  if (error !== undefined) throw error;
  return stdout.trim() === 'Verified OK';
}
