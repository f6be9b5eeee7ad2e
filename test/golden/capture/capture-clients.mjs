// Records what real SCEP clients send. Usage: node capture-clients.mjs [client...]
// SSCEP is the path of a build of sscep.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startCaptureServer } from './capture-server.mjs';
import { KEYS, messageOfTarget, writeCase } from './corpus.mjs';
import { describeRequest } from './describe-request.mjs';

const CHALLENGE = '0a1b2c3d-4e5f-4678-9abc-def012345678';
const AES = ['AES', 'POSTPKIOperation', 'SCEPStandard', 'SHA-256', 'SHA-384', 'Renewal'];

const scepclient = (cn, more = '') =>
  `scepclient -private-key key.pem -server-url URL -challenge ${CHALLENGE} -cn ${cn} -organization Lab -country US -keySize 2048${more}`;
const strongswan = (cn, more) =>
  `pki --scep --url URL --in key.pem --dn "C=US, O=Lab, CN=${cn}" --san ${cn}.example --password ${CHALLENGE} --cacert-enc ra.pem --cacert-sig root.pem ${more} --interval 1 --maxpolltime 1 --outform pem`;
const sscep = (cn, more = '') =>
  `${csr(cn)}; $SSCEP enroll -u URL -c ra.pem -k key.pem -r device.csr -l device.crt -t 1 -T 1 -n 0${more}`;
const csr = (cn) =>
  `sed -i s/COMMON-NAME/${cn}/ request.cnf; openssl req -new -key key.pem -config request.cnf -out device.csr`;
const certmonger = (cn) =>
  `dbus-run-session -- sh -c 'CERTMONGER -n & sleep 2; getcert add-scep-ca -s -c lab -u URL; sleep 3; getcert request -s -c lab -I r1 -k "$HOME/new-key.pem" -f "$HOME/c.pem" -N CN=${cn},O=Lab -D ${cn}.example -L ${CHALLENGE}; sleep 6; kill $!'`;

const CAPTURES = [
  {
    client: 'scepclient',
    version: 'scepclient 2.1.0',
    cases: [
      [
        'enrol',
        'single DES and SHA-1; every published certificate is a recipient; AlgorithmIdentifiers without parameters; encryptedContent constructed',
        AES,
        scepclient('scepclient-1'),
      ],
      [
        'enrol-pinned',
        'the same to one recipient, chosen by fingerprint',
        AES,
        scepclient(
          'scepclient-2',
          ' -ca-fingerprint $(openssl x509 -in ra.pem -outform der | sha256sum | cut -d" " -f1)',
        ),
      ],
      [
        'enrol-get',
        'GET with the base64url alphabet, message before operation',
        ['SHA-1'],
        scepclient('scepclient-3'),
      ],
      [
        'renew',
        'RenewalReq signed with the certificate held',
        AES,
        `cp renewing-device.key key.pem; cp renewing-device.pem client.pem; ${scepclient('renewing-device')}`,
      ],
    ],
  },
  {
    client: 'strongswan',
    version: 'strongSwan 5.9.8 pki',
    cases: [
      [
        'enrol-aes-sha256',
        'AES-128 and SHA-256',
        AES,
        strongswan('strongswan-1', '--cipher aes --digest sha256'),
      ],
      [
        'enrol-aes-sha384',
        'AES-128 and SHA-384',
        AES,
        strongswan('strongswan-2', '--cipher aes --digest sha384'),
      ],
      [
        'enrol-aes-sha512',
        'AES-128 and SHA-512',
        [...AES, 'SHA-512'],
        strongswan('strongswan-3', '--cipher aes --digest sha512'),
      ],
      [
        'enrol-des3-sha256',
        'triple DES and SHA-256',
        [...AES, 'DES3'],
        strongswan('strongswan-4', '--cipher des3 --digest sha256'),
      ],
      [
        'enrol-des3-sha1',
        'triple DES and SHA-1',
        [...AES, 'DES3', 'SHA-1'],
        strongswan('strongswan-5', '--cipher des3 --digest sha1'),
      ],
      [
        'enrol-profile',
        'a profile name, sent as Microsoft certificate template extension',
        AES,
        strongswan('strongswan-6', '--cipher aes --digest sha256 --profile golden'),
      ],
      [
        'renew',
        'RenewalReq signed with the certificate held, for a new key',
        AES,
        strongswan(
          'renewing-device',
          '--cipher aes --digest sha256 --cert renewing-device.pem --key renewing-device.key',
        ),
      ],
    ],
  },
  {
    client: 'certmonger',
    version: 'certmonger 0.79.17',
    cases: [
      [
        'enrol-get-aes',
        'GET, AES-256 and SHA-256; signer with a serial number of 32 octets; decimal transactionID',
        AES,
        certmonger('certmonger-1'),
      ],
      [
        'enrol-get-des3',
        'GET, triple DES because DES3 is listed before AES',
        ['DES3', ...AES],
        certmonger('certmonger-2'),
      ],
    ],
  },
  {
    client: 'sscep',
    version: 'sscep 0.10.0',
    cases: [
      [
        'enrol',
        'AES-128 and SHA-256; signer without extensions',
        ['AES', 'POSTPKIOperation', 'SHA-256'],
        sscep('sscep-1'),
      ],
      [
        'enrol-sha512',
        'AES-128 and SHA-512',
        ['AES', 'POSTPKIOperation', 'SHA-512'],
        sscep('sscep-2'),
      ],
      [
        'enrol-des3-sha1',
        'triple DES and SHA-1',
        ['DES3', 'POSTPKIOperation', 'SHA-1'],
        sscep('sscep-3'),
      ],
      [
        'enrol-get',
        'GET with base64 in lines of 64 characters',
        ['AES', 'SHA-256'],
        sscep('sscep-4'),
      ],
      [
        'renew',
        'PKCSReq signed with the certificate held, for a new key',
        ['AES', 'POSTPKIOperation', 'SHA-256', 'Renewal'],
        sscep('renewing-device', ' -K renewing-device.key -O renewing-device.pem'),
      ],
      [
        'get-cert',
        'GetCert',
        ['AES', 'POSTPKIOperation', 'SHA-256'],
        '$SSCEP getcert -u URL -c ra.pem -O root.pem -k renewing-device.key -l renewing-device.pem -s 4660 -w out.crt',
      ],
      [
        'get-crl',
        'GetCRL',
        ['AES', 'POSTPKIOperation', 'SHA-256'],
        '$SSCEP getcrl -u URL -c ra.pem -O root.pem -k renewing-device.key -l renewing-device.pem -w out.crl',
      ],
    ],
  },
];

const REQUEST_CONFIG = `[req]
prompt = no
distinguished_name = name
attributes = attributes
req_extensions = extensions
[name]
C = US
O = Lab
CN = COMMON-NAME
[attributes]
challengePassword = ${CHALLENGE}
[extensions]
subjectAltName = DNS:device.example,IP:192.0.2.1
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = clientAuth
`;

async function run(command, server, directory) {
  const child = spawn(
    'sh',
    [
      '-c',
      command
        .replaceAll('URL', server.url)
        .replace('CERTMONGER', '/usr/lib/certmonger/certmonger-session'),
    ],
    {
      cwd: directory,
      env: { ...process.env, HOME: directory, PWD: directory },
      stdio: process.env.VERBOSE ? 'inherit' : 'ignore',
      detached: true,
    },
  );
  const timer = setTimeout(() => process.kill(-child.pid, 'SIGTERM'), 20_000);
  await once(child, 'exit');
  clearTimeout(timer);
}

async function capture(server, { client, version }, [name, description, capabilities, command]) {
  const directory = mkdtempSync(path.join(tmpdir(), 'capture-'));
  for (const file of ['ra.pem', 'root.pem', 'renewing-device.pem', 'renewing-device.key']) {
    copyFileSync(path.join(KEYS, file), path.join(directory, file));
  }
  if (client !== 'certmonger')
    copyFileSync(path.join(KEYS, 'device.key'), path.join(directory, 'key.pem'));
  writeFileSync(path.join(directory, 'request.cnf'), REQUEST_CONFIG);
  server.expect(capabilities);
  await run(command, server, directory);
  rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
  const request = server.captured();
  if (request === undefined) throw new Error(`${client} ${name}: no PKIOperation came`);
  const isGet = request.method === 'GET';
  const facts = describeRequest(isGet ? messageOfTarget(request.target) : request.body);
  const policy = {
    ...(facts.cipher === 'desCbc' ? { allowSingleDes: true } : {}),
    ...(facts.digest === 'sha1' ? { allowSha1: true } : {}),
  };
  writeCase(client, name, isGet ? request.target : request.body, {
    description,
    provenance: `${version}, GetCACaps ${capabilities.join(' ')}: ${command}`,
    http: { method: request.method, contentType: request.contentType },
    ...facts,
    outcome: 'opens',
    enrolment: name.startsWith('enrol') ? 'issues' : null,
    policy,
  });
  console.log(client, name, facts);
}

const wanted = process.argv.slice(2);
const server = await startCaptureServer();
for (const group of CAPTURES) {
  if (
    wanted.length > 0
      ? !wanted.includes(group.client)
      : group.client === 'sscep' && !process.env.SSCEP
  ) {
    console.log(`${group.client}: left as it is`);
    continue;
  }
  for (const one of group.cases) {
    await capture(server, group, one).catch((error) =>
      console.error(`${group.client} ${one[0]}:`, error.message),
    );
  }
}
server.close();
