import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment } from '../support/clients/aws-client.ts';
import { runOrThrow } from '../support/clients/run-command.ts';
import { runProgram } from '../support/clients/run-program.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const PASSPHRASE = 'correct horse battery staple';
const directory = tempDirectory();
const file = (name: string) => path.join(directory, name);

let server: RunningConnector;
let environment: Readonly<Record<string, string>>;

async function openssl(...args: readonly string[]): Promise<string> {
  return (await runOrThrow('openssl', args)).stdout;
}

async function ca(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(['ca', ...args], environment);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim();
}

/**
 * A root and a CA below it as OpenSSL stores them, with a CRL that contains the serial number 2A.
 */
beforeAll(async () => {
  writeFileSync(file('passphrase'), `${PASSPHRASE}\nanother line\n`);
  writeFileSync(
    file('ext'),
    'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n',
  );
  await openssl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', file('root.key')],
    ...['-subj', '/O=Old/CN=Old Root', '-days', '3000', '-out', file('root.pem')],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  );
  await openssl(
    ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
    ...['-passout', `pass:${PASSPHRASE}`, '-keyout', file('ca.key')],
    ...['-subj', '/DC=org/DC=example/CN=Old Devices', '-out', file('ca.csr')],
  );
  await openssl(
    ...['x509', '-req', '-in', file('ca.csr'), '-CA', file('root.pem'), '-CAkey', file('root.key')],
    ...['-extfile', file('ext'), '-days', '2000', '-out', file('ca.pem')],
  );
  writeFileSync(file('number'), '10E1\n');
  writeFileSync(
    file('index'),
    'R\t360101000000Z\t250101000000Z,keyCompromise\t2A\tunknown\t/CN=a\n',
  );
  writeFileSync(
    file('ca.cnf'),
    `[ca]\ndefault_ca=d\n[d]\ndatabase=${file('index')}\ncrlnumber=${file('number')}\ndefault_md=sha384\ndefault_crl_days=30\ncrl_extensions=x\n[x]\nauthorityKeyIdentifier=keyid\n`,
  );
  await openssl(
    ...['ca', '-config', file('ca.cnf'), '-gencrl', '-cert', file('ca.pem'), '-keyfile'],
    ...[file('ca.key'), '-passin', `pass:${PASSPHRASE}`, '-out', file('ca.crl')],
  );
  server = await startConnector();
  server.keepSecret(PASSPHRASE);
  environment = awsEnvironment(server.ready);
});

describe('a CA that openssl has run until now', () => {
  let arn: string;
  const args = () => [
    ...['import', '--data-dir', server.dataDir, '--certificate', file('ca.pem')],
    ...['--key', file('ca.key'), '--passphrase-file', file('passphrase')],
    ...['--chain', file('root.pem'), '--old-crl', file('ca.crl'), '--crl'],
  ];

  beforeAll(async () => {
    arn = await ca(...args());
  });

  it('is ACTIVE in the running server', async () => {
    const shown = await ca('show', arn);
    expect(shown).toMatch(/^status +ACTIVE$/m);
    expect(shown).toMatch(/^subject +CN=Old Devices,DC=example,DC=org$/m);
    expect(await ca('certificate', arn)).toBe(
      (await openssl('x509', '-in', file('ca.pem'))).trim(),
    );
    const again = await runProgram(['ca', ...args()], environment);
    expect(again).toMatchObject({ code: 0, stdout: `${arn}\n` });
    expect(again.stderr).toMatch(/nothing was changed/);
  });

  it('issues certificates that openssl verifies, and continues the old CRL', async () => {
    await openssl(
      ...['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', file('device.key')],
      ...['-subj', '/CN=device', '-out', file('device.csr')],
    );
    const device = ['--csr', file('device.csr'), '--out', file('device.pem')];
    await ca('issue', arn, ...device, '--validity', '30d');
    await ca('revoke', arn, '--certificate', file('device.pem'), '--yes');
    const id = arn.split('/').at(-1) ?? '';
    const answer = await fetch(`${server.ready.enrolUrl}/crl/${id}.crl`);
    writeFileSync(file('new.crl'), Buffer.from(await answer.arrayBuffer()));
    const crl = ['crl', '-inform', 'DER', '-in', file('new.crl')];
    await openssl(...crl, '-out', file('new.pem'));
    const text = await openssl(...crl, '-noout', '-text', '-CAfile', file('ca.pem'));
    expect(text).toMatch(/Serial Number: 0*2A\n +Revocation Date: Jan {2}1 00:00:00 2025 GMT/);
    expect(text).toMatch(/Key Compromise/);
    expect(text.match(/Serial Number: /g)).toHaveLength(2);
    const number = await openssl(...crl, '-noout', '-crlnumber');
    expect(Number(number.trim().replace('crlNumber=', ''))).toBeGreaterThan(0x10e1);
    const verify = ['verify', '-CAfile', file('root.pem'), '-untrusted', file('ca.pem')];
    expect(await openssl(...verify, file('device.pem'))).toContain(': OK');
    const checked = ['-crl_check', '-CRLfile', file('new.pem'), file('device.pem')];
    await expect(openssl(...verify, ...checked)).rejects.toThrow(/certificate revoked/);
  });

  it('is exported under a passphrase after its id is typed', async () => {
    const out = file('exported.key');
    const exporting = ['export', arn, '--data-dir', server.dataDir, '--out', out];
    const passphrase = ['--passphrase-file', file('passphrase')];
    const id = arn.split('/').at(-1) ?? '';
    for (const iKnow of [[], ['--i-know', 'yes'], ['--i-know', arn]]) {
      const refused = await runProgram(['ca', ...exporting, ...passphrase, ...iKnow], {});
      expect(refused).toMatchObject({ code: 2, stdout: '' });
    }
    const done = await runProgram(['ca', ...exporting, ...passphrase, '--i-know', id], {});
    expect(done).toMatchObject({ code: 0, stdout: '' });
    expect(done.stderr).toContain('anyone who has it and its passphrase can issue certificates');
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(readFileSync(out, 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    const publicKey = (key: string) =>
      openssl('pkey', '-in', key, '-passin', `pass:${PASSPHRASE}`, '-pubout');
    expect(await publicKey(out)).toBe(await publicKey(file('ca.key')));
  });
});

it('imports a CA from one PKCS #12 file, once', async () => {
  const packed = file('root.p12');
  const parts = ['-inkey', file('root.key'), '-in', file('root.pem'), '-out', packed];
  await openssl('pkcs12', '-export', ...parts, '-passout', `pass:${PASSPHRASE}`);
  const args = ['import', '--data-dir', server.dataDir, '--pkcs12', packed];
  const arn = await ca(...args, '--passphrase-file', file('passphrase'));
  expect(await ca('show', arn)).toMatch(/^subject +CN=Old Root,O=Old$/m);
  expect(await ca('certificate', arn)).toBe(
    (await openssl('x509', '-in', file('root.pem'))).trim(),
  );
  writeFileSync(file('guess'), 'guess\n');
  for (const guess of [[], ['--passphrase-file', file('guess')]]) {
    const { code, stdout, stderr } = await runProgram(['ca', ...args, ...guess], {});
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^.*passphrase.*, or the file was changed \(--passphrase-file\)\n$/);
  }
});

it('refuses files that do not belong together, with exit code 2 and one line', async () => {
  const root = ['--certificate', file('root.pem'), '--data-dir', server.dataDir];
  writeFileSync(file('short'), 'short\n');
  const exporting = ['export', server.ready.certificateAuthorityArn, '--i-know'];
  const id = server.ready.certificateAuthorityArn.split('/').at(-1) ?? '';
  const out = ['--out', file('none.key'), '--data-dir', server.dataDir];
  const cases: readonly (readonly [RegExp, readonly string[]])[] = [
    [/no private key in PEM without/, ['import', ...root, '--key', file('ca.key')]],
    [/not that of the certificate/, ['import', ...root, '--key', file('device.key')]],
    [/is not a server's/, ['import', ...root, '--key', file('root.key'), '--data-dir', directory]],
    [/either --pkcs12, or/, ['import', ...root, '--pkcs12', file('ca.p12')]],
    [/either --pkcs12, or/, ['import', ...root]],
    [/--master-key-file/, ['import', ...root, '--key', file('root.key'), '--master-key-file', 'x']],
    [/12 characters/, [...exporting, id, ...out, '--passphrase-file', file('short')]],
  ];
  for (const [message, args] of cases) {
    const { code, stdout, stderr } = await runProgram(['ca', ...args], {});
    expect({ code, stdout, stderr }).toMatchObject({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stderr).not.toContain(PASSPHRASE);
  }
});

it('warns of a narrow extKeyUsage and of OCSP, and takes DER and an explicit curve', async () => {
  const curve = ['-name', 'prime256v1', '-param_enc', 'explicit', '-noout'];
  await openssl('ecparam', '-genkey', ...curve, '-out', file('explicit.key'));
  await openssl(
    'ec',
    '-in',
    file('explicit.key'),
    '-param_enc',
    'named_curve',
    '-out',
    file('n.key'),
  );
  await openssl(
    ...['req', '-x509', '-key', file('n.key'), '-subj', '/CN=Narrow', '-days', '90'],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-addext'],
    ...['extendedKeyUsage=serverAuth', '-outform', 'DER', '-out', file('narrow.der')],
  );
  const args = ['--certificate', file('narrow.der'), '--key', file('explicit.key'), '--ocsp'];
  const imported = await runProgram(['ca', 'import', '--data-dir', server.dataDir, ...args], {});
  expect(imported).toMatchObject({ code: 0, stdout: expect.stringMatching(/^arn:/) as string });
  expect(imported.stderr).toMatch(/^warning: the extKeyUsage .* names only serverAuth: /m);
  expect(imported.stderr).toMatch(/^warning: OCSP answers "unknown" for the certificates that /m);
});
