// Windows begins to enrol while its clock is still hours behind.
import { expect, it, onTestFinished } from 'vitest';
import { DAY_MS, SECOND_MS } from '../../../src/durations.ts';
import { handlePkiOperation } from '../../../src/enrolment/handle-pki-operation.ts';
import { parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { issuedCertificate } from '../../support/scep-messages/read-reply.ts';
import { deviceCsr, deviceRequest, makeDevice } from '../../support/scep-messages/test-device.ts';
import { makeAcmPcaWorld } from '../../support/servers/acm-pca-world.ts';

it('a certificate begins a day before it is issued, and before its CA, where the tag says 24h', async () => {
  const world = await makeAcmPcaWorld({ 'scep:not-before-skew': '24h' });
  onTestFinished(() => world.stop());
  const device = makeDevice();
  const csr = deviceCsr(device, { challengePassword: world.challengePassword });
  const begun = world.clock();
  const message = deviceRequest(device, world.ra, csr);
  const result = await handlePkiOperation(world.replicas[0], world.connector, message);
  const ended = world.clock();
  const { notBefore } = issuedCertificate(result, world.ra, device);
  expect(notBefore.getTime()).toBeGreaterThan(begun - DAY_MS - SECOND_MS);
  expect(notBefore.getTime()).toBeLessThanOrEqual(ended - DAY_MS);
  const { certificate } = await world.replicas[0].issuer.describeAuthority(
    world.connector.certificateAuthorityArn,
  );
  expect(notBefore < parseCertificate(certificate).notBefore).toBe(true);
});
