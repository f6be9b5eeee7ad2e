import { expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { connectorPartition } from '../../../../src/connectors/connector-record.ts';
import { transactions } from '../../../../src/enrolment/transaction/transaction-record.ts';
import { listEntries, replaceEntry } from '../../../../src/store/collection.ts';
import { parseExtendedKeyUsage } from '../../../../src/x509/extended-key-usage.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
} from '../../../support/scep-messages/test-device.ts';
import { makeEnrolmentWorld } from '../../../support/servers/enrolment-world.ts';

it('sends what an earlier version has stored for the CA', async () => {
  const world = await makeEnrolmentWorld({ 'scep:pending-wait': '0s' });
  const { store, connector, issuer, challengePassword } = world;
  const device = makeDevice();
  const message = deviceRequest(device, world.ra, deviceCsr(device, { challengePassword }));
  issuer.failIssuing('throttled', 1);
  expect((await world.handle(message)).decision.outcome.status).toBe('PENDING');
  const partition = connectorPartition(connector.id);
  const [entry] = await listEntries(store, partition, transactions, { limit: 1 });
  if (entry?.value.state !== 'issuing') throw new Error('the transaction is not issuing');
  const { passthrough, ...rest } = entry.value;
  expect(passthrough?.extensions).toHaveLength(2);
  const earlier = { ...rest, extendedKeyUsage: [OID.serverAuth] };
  await store.commit(partition, [replaceEntry(transactions, entry, earlier)]);
  expect((await world.handle(message)).decision.outcome.status).toBe('SUCCESS');
  const sent = issuer.issued[0]?.passthrough;
  expect(sent).toMatchObject({ csrExtensions: 'copied', extensions: [{ oid: OID.extKeyUsage }] });
  const [purposes] = sent?.extensions.map(({ value }) => parseExtendedKeyUsage(value)) ?? [];
  expect(purposes).toEqual([OID.serverAuth]);
});
