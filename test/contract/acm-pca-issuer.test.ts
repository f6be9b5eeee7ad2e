import { afterAll, describe } from 'vitest';
import { createAcmPcaIssuer } from '../../src/issuer/acm-pca/acm-pca-issuer.ts';
import { patientIssuer } from '../support/fakes/patient-issuer.ts';
import { startAcmPcaServer } from '../support/servers/start-acm-pca-server.ts';
import { issuerContract } from './issuer-contract.ts';
import { privateCaUnderTest } from './private-ca-under-test.ts';

const HALF_A_MINUTE = 30_000;
const QUARTER_OF_AN_HOUR = 15 * 60_000;

describe('the acm-pca issuer over HTTP', () => {
  const starting = startAcmPcaServer();
  afterAll(async () => (await starting).stop());

  issuerContract(async () => {
    const { ca, store, endpoint, credentials, configureRevocation } = await starting;
    let passed = 0;
    const clock = () => Date.now() + passed;
    const issuer = createAcmPcaIssuer({
      ...{ endpoint, credentials, store, clock },
      certificatesPerSecond: 1_000,
      report: () => undefined,
    });
    const pause = () => {
      passed += HALF_A_MINUTE;
    };
    const patient = patientIssuer(issuer, clock, pause);
    const subject = await privateCaUnderTest(ca, patient, 'EC_prime256v1', 'SHA256WITHECDSA');
    await configureRevocation(subject.authorityArn);
    return {
      ...subject,
      async revoke(serialNumber) {
        await subject.revoke(serialNumber);
        passed += QUARTER_OF_AN_HOUR;
      },
    };
  });
});
