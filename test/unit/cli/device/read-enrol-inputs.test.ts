import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { encodePem } from '../../../../src/asn1/pem.ts';
import type { EnrolOptions } from '../../../../src/cli/device/options.ts';
import {
  readChallenge,
  readPrivateKey,
  readRequest,
  readTrust,
} from '../../../../src/cli/device/read-enrol-inputs.ts';
import { readEnrolEnvironment } from '../../../../src/config/enrol-environment.ts';
import { makeRequest } from '../../../support/clients/openssl.ts';
import { makeIdentity, rsaKeyPair } from '../../../support/keys/test-authority.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

const directory = tempDirectory();

function file(name: string, content: string | Uint8Array): string {
  const full = path.join(directory, name);
  writeFileSync(full, content);
  return full;
}

function options(changes: Partial<EnrolOptions>): EnrolOptions {
  return changes as EnrolOptions;
}

it('reads the challenge from the option, the file or the environment', async () => {
  const environment = readEnrolEnvironment({ SCEP_CHALLENGE: 'from-environment' });
  const challengeFile = file('challenge', 'from-file\n');
  expect(await readChallenge(options({ challenge: 'given' }), environment)).toBe('given');
  expect(await readChallenge(options({ challengeFile }), environment)).toBe('from-file');
  expect(await readChallenge(options({}), environment)).toBe('from-environment');
  expect(await readChallenge(options({}), readEnrolEnvironment({}))).toBeUndefined();
  expect(await readChallenge(options({}), readEnrolEnvironment({ SCEP_CHALLENGE: '' }))).toBe(
    undefined,
  );
  const empty = file('empty', '\n');
  await expect(readChallenge(options({ challengeFile: empty }), environment)).rejects.toThrow(
    /is empty/,
  );
});

it('reads which CA to trust', async () => {
  expect(await readTrust(options({}))).toEqual({ kind: 'first-use' });
  expect(await readTrust(options({ caFingerprint: 'ab' }))).toEqual({
    ...{ kind: 'fingerprint', sha256: 'ab' },
  });
  const { certificate } = makeIdentity({ subject: 'CN=a' });
  const pem = encodePem('CERTIFICATE', certificate.der);
  const trust = await readTrust(options({ caFile: file('ca.pem', pem + pem) }));
  expect(trust).toMatchObject({ kind: 'anchors', certificates: { length: 2 } });
  await expect(readTrust(options({ caFile: file('none', 'x') }))).rejects.toThrow(/no PEM/);
  const broken = file('broken', encodePem('CERTIFICATE', Buffer.from('junk')));
  await expect(readTrust(options({ caFile: broken }))).rejects.toThrow(/is not a PEM certificate/);
});

it('reads RSA keys in PKCS #1 and PKCS #8, and EC keys on three curves', async () => {
  const { privateKey } = rsaKeyPair();
  for (const type of ['pkcs1', 'pkcs8'] as const) {
    const pem = privateKey.export({ type, format: 'pem' }).toString();
    expect((await readPrivateKey(file(type, pem))).equals(privateKey)).toBe(true);
  }
  const locked = privateKey.export({
    ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' },
  });
  await expect(readPrivateKey(file('locked', locked.toString()))).rejects.toThrow(/no private key/);
  await expect(readPrivateKey(file('junk', 'junk'))).rejects.toThrow(/no private key/);
  for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
    const ec = generateKeyPairSync('ec', { namedCurve }).privateKey;
    const pem = ec.export({ type: 'sec1', format: 'pem' }).toString();
    expect((await readPrivateKey(file(namedCurve, pem))).equals(ec)).toBe(true);
  }
  const foreign = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
  const edwards = generateKeyPairSync('ed25519').privateKey;
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  for (const key of [foreign, edwards, small]) {
    const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
    await expect(readPrivateKey(file('other', pem))).rejects.toThrow(/must hold an RSA key/);
  }
});

it('reads a request for the key in PEM or DER', async () => {
  const { keyFile, requestFile } = await makeRequest(directory, 'd', { subject: '/CN=d' });
  const key = await readPrivateKey(keyFile);
  const { der } = await readRequest(requestFile, key);
  expect((await readRequest(file('d.der', der), key)).der).toEqual(Buffer.from(der));
  const old = file('old', encodePem('NEW CERTIFICATE REQUEST', der));
  expect((await readRequest(old, key)).der).toEqual(Buffer.from(der));
  await expect(readRequest(requestFile, rsaKeyPair().privateKey)).rejects.toThrow(/another key/);
  await expect(readRequest(keyFile, key)).rejects.toThrow(/is not a PKCS #10/);
});
