import type { Policy } from '../../../src/aws-wire/policy/policy.ts';
import { createEnrolListener } from '../../../src/http/enrol-listener.ts';
import { startListener } from '../../../src/http/start-listener.ts';
import type { AwsCredentials } from '../../../src/issuer/acm-pca/open-region-clients.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import type { RevocationConfiguration } from '../../../src/private-ca/model/revocation-configuration.ts';
import type { PrivateCa, PrivateCaDependencies } from '../../../src/private-ca/private-ca.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { fakeEnrolment } from '../fakes/fake-enrolment.ts';
import { startPrivateCaApi } from './start-private-ca-api.ts';

/**
 * Stands for AWS: the API of our private CA, which accepts only signed requests, and the CRLs and
 * OCSP that its certificates point to.
 */
export interface AcmPcaServer {
  /** As seen by the account of the credentials. */
  readonly ca: PrivateCa;
  /** The store of the private CA. */
  readonly store: RecordStore;
  /** The URL of the API. */
  readonly endpoint: string;
  /** Host and port of the CRLs and of OCSP. */
  readonly publicHost: string;
  readonly credentials: () => Promise<AwsCredentials>;
  /**
   * Makes an authority publish its revocations under `publicHost`; by default as a complete CRL.
   */
  configureRevocation(arn: string, configuration?: RevocationConfiguration): Promise<void>;
  stop(): Promise<void>;
}

/** @param policy what the credentials allow; everything by default */
export async function startAcmPcaServer(
  changes: Partial<PrivateCaDependencies> = {},
  policy?: Policy,
): Promise<AcmPcaServer> {
  const { api, access, ca, stop } = await startPrivateCaApi(changes, { policy });
  const { accessKeyId, secretAccessKey } = access;
  const logger = createLogger('silent');
  const app = createEnrolListener({ ...fakeEnrolment, privateCa: ca, logger });
  const listener = await startListener(app, { host: '127.0.0.1', port: 0 });
  const publicHost = new URL(listener.url).host;
  const completeList = {
    CrlConfiguration: {
      ...{ Enabled: true, ExpirationInDays: 7 },
      ...{ S3BucketName: 'lists', CustomCname: publicHost },
    },
  };
  return {
    ...{ ca, publicHost, endpoint: api.url },
    store: ca.store,
    credentials: async () => ({ accessKeyId, secretAccessKey }),
    async configureRevocation(CertificateAuthorityArn, RevocationConfiguration = completeList) {
      const input = { CertificateAuthorityArn, RevocationConfiguration };
      await ACTIONS.UpdateCertificateAuthority(ca, input);
    },
    async stop() {
      await listener.drain(100);
      await stop();
    },
  };
}
