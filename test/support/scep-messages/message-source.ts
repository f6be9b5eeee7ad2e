import { readCaCertificates } from '../../../src/scep/read-ca-certificates.ts';
import { parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { deviceCsr, deviceRequest, makeDevice } from './test-device.ts';

/** Makes PKCSReqs for the connector of a running server, each with a new transaction. */
export async function openMessageSource(
  scepUrl: string,
  challengePassword: string,
): Promise<() => Uint8Array<ArrayBuffer>> {
  const reply = await fetch(`${scepUrl}?operation=GetCACert`);
  const body = new Uint8Array(await reply.arrayBuffer());
  const contentType = reply.headers.get('content-type') ?? '';
  const { recipient } = readCaCertificates(body, contentType, new Date());
  const ra = parseCertificate(recipient.der);
  const device = makeDevice();
  const csr = deviceCsr(device, { challengePassword });
  let count = 0;
  return () => {
    count += 1;
    const transactionId = `source-${process.pid}-${count}`;
    return Uint8Array.from(deviceRequest(device, ra, csr, { transactionId }));
  };
}
