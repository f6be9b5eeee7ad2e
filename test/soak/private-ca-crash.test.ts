import { setTimeout as sleep } from 'node:timers/promises';
import { ACMPCA } from '@aws-sdk/client-acm-pca';
import { expect, it } from 'vitest';
import { decodePem } from '../../src/asn1/pem.ts';
import { templateArnOf } from '../../src/private-ca/issuing/templates.ts';
import { certificateKey } from '../../src/private-ca/records/certificate-record.ts';
import { formatName } from '../../src/x509/distinguished-name.ts';
import { parseCertificate } from '../../src/x509/parse-certificate.ts';
import { parseCrl } from '../../src/x509/parse-crl.ts';
import { seededRandom } from '../support/load/seeded-random.ts';
import { SAMPLE_CSR } from '../support/servers/authorities-of-all-states.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';

/** The number of answered calls of IssueCertificate and RevokeCertificate. */
const CALLS = 500;
const AT_ONCE = 8;
/** The largest number of answered calls between two kills of the server. */
const LONGEST_LIFE = 60;
/** CRASH_SEED repeats the choices of an earlier run. The timing still differs. */
const SEED = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);

/** What clients know about their calls, whatever happened to the servers. */
interface Ledger {
  answered: number;
  /** The number of devices that a certificate was requested for. */
  named: number;
  /** Devices whose call got no answer. */
  readonly unanswered: number[];
  /** ARNs of certificates by device. */
  readonly issued: Map<number, string>;
  readonly revoked: Set<string>;
  /** ARNs of certificates whose revocation got no answer. */
  readonly perhapsRevoked: Set<string>;
}

interface Arn {
  readonly CertificateAuthorityArn: string;
}

function clientOf({ ready }: RunningConnector): ACMPCA {
  const { apiUrl, region, accessKeyId, secretAccessKey } = ready;
  const credentials = { accessKeyId, secretAccessKey };
  return new ACMPCA({ endpoint: apiUrl, region, credentials, maxAttempts: 1 });
}

/** While the idempotency token is valid, the same device gets the same certificate. */
async function issue(client: ACMPCA, arn: Arn, device: number): Promise<string> {
  const { CertificateArn = '' } = await client.issueCertificate({
    ...{ ...arn, Csr: Buffer.from(SAMPLE_CSR), SigningAlgorithm: 'SHA256WITHRSA' },
    TemplateArn: templateArnOf('BlankEndEntityCertificate_APIPassthrough/V1'),
    ApiPassthrough: { Subject: { CommonName: `device-${device}` } },
    ...{ Validity: { Type: 'DAYS', Value: 30 }, IdempotencyToken: `device-${device}` },
  });
  return CertificateArn;
}

const serialOf = (certificateArn: string) => certificateArn.slice(-32);

/**
 * The serial number as in ARNs. DER adds an octet to a number that would be negative without it.
 */
const serialText = (serialNumber: Uint8Array) =>
  certificateKey(Buffer.from(serialNumber).toString('hex').slice(-32));

async function revoke(client: ACMPCA, arn: Arn, certificateArn: string): Promise<void> {
  const CertificateSerial = serialOf(certificateArn);
  await client.revokeCertificate({ ...arn, CertificateSerial, RevocationReason: 'SUPERSEDED' });
}

/**
 * Whether a call got no answer.
 * @throws the error when it is an answer
 */
function gotNoAnswer(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  if ($metadata?.httpStatusCode !== undefined) throw error;
  return true;
}

/** Makes one call after another, until the server dies or enough are answered. */
async function work(client: ACMPCA, arn: Arn, ledger: Ledger, random: () => number): Promise<void> {
  while (ledger.answered < CALLS) {
    const revocable = [...ledger.issued.values()].filter(
      (one) => !ledger.revoked.has(one) && !ledger.perhapsRevoked.has(one),
    );
    // Chooses none in more than half of the cases.
    const chosen = revocable[Math.floor(random() * revocable.length * 2.5)];
    const isAnswered =
      chosen === undefined
        ? await issueOne(client, arn, ledger)
        : await revokeOne(client, arn, ledger, chosen);
    if (!isAnswered) return;
    ledger.answered += 1;
  }
}

async function revokeOne(client: ACMPCA, arn: Arn, ledger: Ledger, chosen: string) {
  // Keeps others from revoking it.
  ledger.perhapsRevoked.add(chosen);
  try {
    await revoke(client, arn, chosen);
  } catch (error) {
    return !gotNoAnswer(error);
  }
  ledger.perhapsRevoked.delete(chosen);
  ledger.revoked.add(chosen);
  return true;
}

async function issueOne(client: ACMPCA, arn: Arn, ledger: Ledger): Promise<boolean> {
  const device = ledger.unanswered.pop() ?? ledger.named;
  if (device === ledger.named) ledger.named += 1;
  try {
    ledger.issued.set(device, await issue(client, arn, device));
  } catch (error) {
    ledger.unanswered.push(device);
    return !gotNoAnswer(error);
  }
  return true;
}

/** Works with a server that is killed in the middle of it. */
async function workUntilKilled(
  server: RunningConnector,
  ledger: Ledger,
  random: () => number,
): Promise<void> {
  const client = clientOf(server);
  const { certificateAuthorityArn: CertificateAuthorityArn } = server.ready;
  const death = ledger.answered + 1 + Math.floor(random() * LONGEST_LIFE);
  const workers = Array.from({ length: AT_ONCE }, () =>
    work(client, { CertificateAuthorityArn }, ledger, random),
  );
  while (ledger.answered < Math.min(death, CALLS)) await sleep(1);
  await sleep(random() * 20);
  await server.kill();
  await Promise.all(workers);
  client.destroy();
}

/** Serial numbers on the CRL that the enrol listener serves. */
async function revokedSerials({ ready }: RunningConnector): Promise<Set<string>> {
  const id = ready.certificateAuthorityArn.slice(-36);
  const answer = await fetch(`${ready.enrolUrl}/crl/${id}.crl`);
  const { revoked } = parseCrl(Buffer.from(await answer.arrayBuffer()));
  return new Set(revoked.map(({ serialNumber }) => serialText(serialNumber)));
}

/** Expects one certificate for each device, with its name. */
async function checkCertificates(client: ACMPCA, arn: Arn, { issued }: Ledger): Promise<void> {
  expect(new Set(issued.values()).size).toBe(issued.size);
  for (const [device, CertificateArn] of issued) {
    const { Certificate = '' } = await client.getCertificate({ ...arn, CertificateArn });
    const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE', Certificate);
    const { serialNumber, subject } = parseCertificate(der);
    expect(formatName(subject)).toBe(`CN=device-${device}`);
    expect(serialText(serialNumber)).toBe(serialOf(CertificateArn));
  }
}

/**
 * Expects every unanswered revocation to be done completely or not at all, and to be repeatable.
 */
async function checkRevocations(
  client: ACMPCA,
  server: RunningConnector,
  { revoked, perhapsRevoked }: Ledger,
): Promise<void> {
  const { certificateAuthorityArn: CertificateAuthorityArn } = server.ready;
  const listed = await revokedSerials(server);
  const unlisted = [...revoked].filter((one) => !listed.has(serialOf(one)));
  expect(unlisted).toEqual([]);
  for (const one of perhapsRevoked) {
    const isListed = listed.has(serialOf(one));
    const again = await revoke(client, { CertificateAuthorityArn }, one).then(
      () => 'revoked now',
      (error: unknown) => (error as Error).name,
    );
    expect(again).toBe(isListed ? 'RequestAlreadyProcessedException' : 'revoked now');
  }
  const all = [...revoked, ...perhapsRevoked].map(serialOf);
  expect(await revokedSerials(server)).toEqual(new Set(all));
}

it(`loses nothing that was answered when servers are killed (CRASH_SEED=${SEED})`, async () => {
  const random = seededRandom(SEED);
  const ledger: Ledger = {
    ...{ answered: 0, named: 0, unanswered: [] },
    ...{ issued: new Map(), revoked: new Set(), perhapsRevoked: new Set() },
  };
  let server = await startConnector();
  const { dataDir } = server;
  while (ledger.answered < CALLS) {
    await workUntilKilled(server, ledger, random);
    server = await startConnector({ dataDir });
  }
  const client = clientOf(server);
  const arn = { CertificateAuthorityArn: server.ready.certificateAuthorityArn };
  for (const device of ledger.unanswered) {
    ledger.issued.set(device, await issue(client, arn, device));
  }
  await checkCertificates(client, arn, ledger);
  await checkRevocations(client, server, ledger);
  expect(ledger.issued.size).toBe(ledger.named);
  expect(ledger.revoked.size).toBeGreaterThan(CALLS / 10);
  client.destroy();
  await server.stop();
});
