import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectIssued } from '../support/clients/expect-issued.ts';
import { makeRequest } from '../support/clients/openssl.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { runOrThrow } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const CLIENT = path.join(import.meta.dirname, 'enrol-with-openssl.mjs');
const GOLDEN_KEYS = path.resolve(import.meta.dirname, '../golden/keys');
const KEY = path.join(GOLDEN_KEYS, 'device.key');
const OAEP = ['-keyopt', 'rsa_padding_mode:oaep'];
const OAEP_SHA256 = [...OAEP, '-keyopt', 'rsa_oaep_md:sha256', '-keyopt', 'rsa_mgf1_md:sha256'];
const ENVELOPES: readonly (readonly [string, 'GET' | 'POST', readonly string[]])[] = [
  ['AES-128', 'POST', ['-aes128']],
  ['AES-192', 'POST', ['-aes192']],
  ['AES-256', 'GET', ['-aes256']],
  ['triple DES', 'POST', ['-des3']],
  ['RSAES-OAEP with SHA-1', 'POST', ['-aes128', ...OAEP]],
  ['RSAES-OAEP with SHA-256', 'GET', ['-aes256', ...OAEP_SHA256]],
  ['BER of indefinite length', 'POST', ['-aes128', '-stream']],
  ['the recipient named by key identifier', 'POST', ['-aes128', '-keyid']],
];

interface Reply {
  readonly status: number;
  readonly contentType: string | null;
  readonly messageType: string | null;
  readonly pkiStatus: string | null;
  readonly failInfo: string | null;
  readonly failInfoText: string | null;
  readonly echoesTransactionId: boolean;
  readonly echoesNonce: boolean;
  readonly senderNonceLength: number;
}

describe.runIf(requireClient('openssl', ['openssl']))('messages made and read by OpenSSL', () => {
  let connector: RunningConnector;
  beforeAll(async () => {
    connector = await startConnector();
  });

  async function enrol(
    directory: string,
    challengePassword: string | undefined,
    method: 'GET' | 'POST',
    envelope: readonly string[],
  ): Promise<Reply> {
    const contents = {
      subject: '/C=US/O=Lab/CN=openssl-1',
      subjectAltName: 'DNS:openssl-1.example,email:openssl@lab.example',
      keyUsage: 'critical,digitalSignature,keyEncipherment',
      extendedKeyUsage: 'clientAuth,emailProtection',
      ...(challengePassword === undefined ? {} : { challengePassword }),
    };
    const { requestFile } = await makeRequest(directory, 'device', contents, KEY);
    const der = path.join(directory, 'csr.der');
    await runOrThrow('openssl', ['req', '-in', requestFile, '-outform', 'DER', '-out', der]);
    const { stdout } = await runOrThrow(process.execPath, [
      ...[CLIENT, connector.ready.scepUrl, directory, der, KEY, method, 'ra.pem'],
      ...envelope,
    ]);
    return JSON.parse(stdout) as Reply;
  }

  it.each(ENVELOPES)('enrols with %s by %s', async (_name, method, envelope) => {
    const directory = tempDirectory();
    const reply = await enrol(directory, connector.ready.challengePassword, method, envelope);
    expect(reply).toEqual({
      status: 200,
      contentType: 'application/x-pki-message',
      messageType: '3',
      pkiStatus: '0',
      failInfo: null,
      failInfoText: null,
      echoesTransactionId: true,
      echoesNonce: true,
      senderNonceLength: 16,
    });
    await expectIssued(path.join(directory, 'issued.pem'), connector.ready.caCertificateFile, {
      subject: 'CN=openssl-1,O=Lab,C=US',
      subjectAltName: ['DNS:openssl-1.example', 'email:openssl@lab.example'],
      keyUsage: ['Digital Signature', 'Key Encipherment'],
      extendedKeyUsage: ['TLS Web Client Authentication', 'E-mail Protection'],
    });
  });

  it.each([
    ['wrong', '00000000-0000-4000-8000-000000000000'],
    ['missing', undefined],
  ])('answers a %s challenge with a signed badRequest', async (_name, challenge) => {
    const reply = await enrol(tempDirectory(), challenge, 'POST', ['-aes128']);
    expect(reply).toMatchObject({
      status: 200,
      messageType: '3',
      pkiStatus: '2',
      failInfo: '2',
      echoesTransactionId: true,
      echoesNonce: true,
      senderNonceLength: 16,
    });
    expect(reply.failInfoText).toMatch(/challenge/i);
  });

  it('answers an envelope for somebody else with a signed badMessageCheck', async () => {
    const foreign = path.join(GOLDEN_KEYS, 'foreign-ra.pem');
    const directory = tempDirectory();
    const { requestFile } = await makeRequest(directory, 'device', { subject: '/CN=x' }, KEY);
    const { stdout } = await runOrThrow(process.execPath, [
      ...[CLIENT, connector.ready.scepUrl, directory, requestFile, KEY, 'POST', foreign],
      '-aes128',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ pkiStatus: '2', failInfo: '1' });
  });
});
