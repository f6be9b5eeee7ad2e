import { ACMPCA } from '@aws-sdk/client-acm-pca';
import { expect } from 'vitest';
import { decodePem } from '../../../src/asn1/pem.ts';
import { serialKey } from '../../../src/private-ca/records/certificate-record.ts';
import type { ReplicaWorld } from '../servers/replica-world.ts';
import { administratorOf, runAt } from '../servers/serve-replicas.ts';
import { inLanes } from './in-lanes.ts';
import type { RetryingDevice } from './retrying-device.ts';

interface ReportEntry {
  readonly serial: string;
  readonly subject: string;
}

/**
 * The CA has issued to devices the certificates that these have, each once, and no others: so says its audit report, and
 * GetCertificate gives every one of them.
 * @returns how many
 */
export async function expectReported(
  { administered: [replica], site }: ReplicaWorld,
  devices: readonly RetryingDevice[],
): Promise<number> {
  const { caArn: CertificateAuthorityArn } = site;
  const text = await runAt(replica, 'ca', 'report', CertificateAuthorityArn, '--format', 'JSON');
  const reported = (JSON.parse(text) as ReportEntry[])
    .filter(({ subject }) => /^CN=(device|later)-/.test(subject))
    .map(({ serial, subject }) => `${subject} ${serial.replaceAll(':', '')}`);
  const held = devices.map((device) => `CN=${device.name} ${serialOf(device)}`);
  expect(reported.toSorted()).toEqual(held.toSorted());
  const { apiUrl, region, ...credentials } = administratorOf(replica);
  const ca = new ACMPCA({ endpoint: apiUrl, region, credentials, maxAttempts: 5 });
  await inLanes(devices, async (device) => {
    const CertificateArn = `${CertificateAuthorityArn}/certificate/${serialOf(device)}`;
    const found = await ca.getCertificate({ CertificateAuthorityArn, CertificateArn });
    const [der] = decodePem('CERTIFICATE', found.Certificate ?? '');
    expect(hexOf(der)).toBe(hexOf(device.certificate?.der));
  });
  ca.destroy();
  return reported.length;
}

function serialOf({ certificate }: RetryingDevice): string {
  return serialKey(hexOf(certificate?.serialNumber));
}

export function hexOf(octets: Uint8Array | undefined): string {
  return Buffer.from(octets ?? []).toString('hex');
}
