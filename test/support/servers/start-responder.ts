import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createEnrolListener } from '../../../src/http/enrol-listener.ts';
import { type RunningListener, startListener } from '../../../src/http/start-listener.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { certificateArn } from '../../../src/private-ca/model/private-ca-arns.ts';
import type { RevocationConfiguration } from '../../../src/private-ca/model/revocation-configuration.ts';
import { openPrivateCa, type PrivateCa } from '../../../src/private-ca/private-ca.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { fakeEnrolment } from '../fakes/fake-enrolment.ts';
import { issueTestCertificate, openRevokingCa } from './open-revoking-ca.ts';
import { tempDirectory } from './temp-directory.ts';

/**
 * An enrol listener that serves the CRLs, OCSP and CA certificates that an authority's certificates
 * point to.
 */
export interface Responder {
  readonly ca: PrivateCa;
  /** The ARN of an ACTIVE root. */
  readonly arn: string;
  readonly id: string;
  readonly url: string;
  readonly log: readonly string[];
  configure(configuration: RevocationConfiguration): Promise<void>;
  /** Issues a certificate; returns its serial number and its PEM file. */
  issue(): Promise<{ readonly serial: string; readonly file: string }>;
  revoke(serial: string): Promise<void>;
  /** The authority's own certificate, PEM. */
  readonly authorityFile: string;
  readonly stop: () => Promise<void>;
}

export async function startResponder(
  clock: () => number = Date.now,
  store?: RecordStore,
): Promise<Responder> {
  const opened = await openRevokingCa(clock, store);
  const { arn } = opened;
  const log: string[] = [];
  let listener: RunningListener | undefined;
  const ca = openPrivateCa({ ...opened.ca, publicUrl: () => listener?.url });
  const logger = createLogger('info', { write: (line) => log.push(line) });
  const app = createEnrolListener({ ...fakeEnrolment, privateCa: ca, logger });
  const started = await startListener(app, { host: '127.0.0.1', port: 0 });
  listener = started;
  const directory = tempDirectory();
  const input = { CertificateAuthorityArn: arn };
  const own = await ACTIONS.GetCertificateAuthorityCertificate(ca, input);
  const authorityFile = path.join(directory, 'ca.pem');
  writeFileSync(authorityFile, own.Certificate);
  return {
    ...{ ca, arn, log, authorityFile },
    id: arn.slice(-36),
    url: started.url,
    async configure(RevocationConfiguration) {
      await ACTIONS.UpdateCertificateAuthority(ca, { ...input, RevocationConfiguration });
    },
    async issue() {
      const serial = await issueTestCertificate(ca, arn);
      const CertificateArn = certificateArn(arn, serial);
      const { Certificate } = await ACTIONS.GetCertificate(ca, { ...input, CertificateArn });
      const file = path.join(directory, `${serial}.pem`);
      writeFileSync(file, Certificate);
      return { serial, file };
    },
    async revoke(CertificateSerial) {
      const RevocationReason = 'KEY_COMPROMISE';
      await ACTIONS.RevokeCertificate(ca, { ...input, CertificateSerial, RevocationReason });
    },
    stop: () => started.drain(100),
  };
}
