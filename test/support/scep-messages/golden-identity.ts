import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodePem } from '../../../src/asn1/pem.ts';
import { type Certificate, parseCertificate } from '../../../src/x509/parse-certificate.ts';

/** A key pair and its certificate out of test/golden/keys, as files and as values. */
export interface GoldenIdentity {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const KEYS = path.resolve(import.meta.dirname, '../../golden/keys');

type Name = 'root' | 'ra' | 'foreign-ra' | 'renewing-device';

const read = new Map<Name, GoldenIdentity>();

/**
 * All have RSA-2048 keys; `root` issued the other three. Each is read once, because decoding a
 * private key takes longer than signing.
 */
export function goldenIdentity(name: Name): GoldenIdentity {
  const known = read.get(name) ?? readIdentity(name);
  read.set(name, known);
  return known;
}

function readIdentity(name: Name): GoldenIdentity {
  const certificateFile = path.join(KEYS, `${name}.pem`);
  const keyFile = path.join(KEYS, `${name}.key`);
  const [der = new Uint8Array()] = decodePem('CERTIFICATE', readFileSync(certificateFile, 'utf8'));
  const privateKey = createPrivateKey(readFileSync(keyFile));
  return {
    certificateFile,
    keyFile,
    certificate: parseCertificate(der),
    privateKey,
    publicKey: createPublicKey(privateKey),
  };
}
