import { createPrivateKey, type KeyObject } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { decodePem } from '../asn1/pem.ts';
import { inOrderOfChain, readCertificateFile } from '../cli/ca/ca-certificate-files.ts';
import type { CaImportOptions } from '../cli/ca/ca-import.ts';
import { revocationOf } from '../cli/ca/revocation-options.ts';
import { readInput, readPassphrase } from '../cli/terminal/files.ts';
import { print, warn } from '../cli/terminal/print.ts';
import { UsageError } from '../config/usage-error.ts';
import { type ForeignAuthority, importAuthority } from '../private-ca/import-authority.ts';
import { scopedTo } from '../private-ca/model/ca-context.ts';
import { revocationConfigurationSchema } from '../private-ca/model/revocation-configuration.ts';
import { narrowPurposes } from '../x509/narrow-purposes.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import { type Crl, parseCrl } from '../x509/parse-crl.ts';
import { readPkcs12Authority } from './read-pkcs12-authority.ts';
import { explainAwsError, withWired } from './with-wired.ts';

/**
 * Runs `scep-connector ca import` on the store of a server, which sees the CA at its next request.
 */
export async function runCaImport(options: CaImportOptions): Promise<void> {
  const foreign = await readForeignAuthority(options);
  const { region, account: accountId } = options;
  const { arn, isNew } = await withWired(options, ({ privateCa }) =>
    importAuthority(scopedTo(privateCa, { region, accountId }), foreign),
  ).catch(explainAwsError);
  print(`${arn}\n`);
  for (const caution of describeCautions(foreign, options)) warn(`warning: ${caution}\n`);
  if (!isNew) warn('a CA with this key exists already; nothing was changed\n');
}

function describeCautions(
  { certificate, chain }: ForeignAuthority,
  { ocsp }: CaImportOptions,
): readonly string[] {
  const narrow = narrowPurposes([certificate, ...chain]);
  const unknown =
    'OCSP answers "unknown" for the certificates that the CA issued before, as their serial numbers are not here; those on the old CRL are "revoked" (docs/embedded-ca.md)';
  return [...(narrow === undefined ? [] : [narrow]), ...(ocsp ? [unknown] : [])];
}

async function readForeignAuthority(options: CaImportOptions): Promise<ForeignAuthority> {
  const { chain: chainFile, oldCrl } = options;
  const above = chainFile === undefined ? [] : await readCertificateFile(chainFile);
  const revocation = revocationOf(options);
  return {
    ...(await readParts(options, above)),
    crl: oldCrl === undefined ? undefined : await readCrl(oldCrl),
    revocation: revocation && revocationConfigurationSchema.parse(revocation),
  };
}

async function readParts(options: CaImportOptions, above: readonly Certificate[]) {
  const { pkcs12, certificate: file, key, passphraseFile } = options;
  const passphrase = passphraseFile && (await readPassphrase(passphraseFile));
  if (pkcs12 !== undefined && file === undefined && key === undefined) {
    return readPkcs12Authority(pkcs12, passphrase ?? '', above);
  }
  if (pkcs12 !== undefined || file === undefined || key === undefined) {
    throw new UsageError('give either --pkcs12, or --certificate and --key');
  }
  const given = inOrderOfChain([...(await readCertificateFile(file)), ...above]);
  const [certificate, ...chain] = given;
  if (certificate === undefined) throw new UsageError(`${file} holds no certificate`);
  return { privateKey: await readKey(key, passphrase), certificate, chain };
}

async function readKey(file: string, passphrase: string | undefined): Promise<KeyObject> {
  const pem = await readInput(file);
  try {
    // An empty passphrase counts as none.
    return createPrivateKey({ key: pem, ...(passphrase ? { passphrase } : {}) });
  } catch {
    // OpenSSL's message is dropped: it would confuse, and must not quote the key.
    const how = passphrase ? 'that this passphrase opens' : 'without a passphrase';
    throw new UsageError(`${file} holds no private key in PEM ${how} (--passphrase-file)`);
  }
}

async function readCrl(file: string): Promise<Crl> {
  const bytes = await readInput(file);
  const text = bytes.toString('latin1');
  return decodeFile(file, () => parseCrl(decodePem('X509 CRL', text)[0] ?? bytes));
}

/** @throws UsageError, which names the file, in place of a DecodeError */
function decodeFile<T>(file: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}
