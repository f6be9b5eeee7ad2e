import { randomBytes, X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { decodePem } from '../../../../src/asn1/pem.ts';
import { DAY_MS } from '../../../../src/durations.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { findAuthority } from '../../../../src/private-ca/authority/find-authority.ts';
import { currentCrl } from '../../../../src/private-ca/crl/crls.ts';
import { authorityIdOf } from '../../../../src/private-ca/model/private-ca-arns.ts';
import { openPrivateCa, type PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import {
  AUTHORITY_KEY,
  authorities,
  authorityPartition,
} from '../../../../src/private-ca/records/authority-record.ts';
import { certificates } from '../../../../src/private-ca/records/certificate-record.ts';
import { revocationReasonOf } from '../../../../src/private-ca/revocation/revocation-reason-of.ts';
import { getEntry, putEntry } from '../../../../src/store/collection.ts';
import { parseCrl } from '../../../../src/x509/parse-crl.ts';
import { crashingStore } from '../../../support/fakes/crashing-store.ts';
import { issueTestCertificate, openRevokingCa } from '../../../support/servers/open-revoking-ca.ts';
import { TEST_SCOPE } from '../../../support/servers/open-test-private-ca.ts';
import { rewindIssuance } from '../../../support/servers/rewind-issuance.ts';

const time = { now: 0 };
let ca: PrivateCa;
let arn: string;
let serial: string;

beforeEach(async () => {
  time.now = Date.parse('2026-06-01T12:00:00Z');
  ({ ca, arn } = await openRevokingCa(() => time.now));
  // A zero that some write and some leave out, before an octet that the INTEGER may not begin with.
  const withZero = (length: number) => Buffer.from([0, 0x8f, ...randomBytes(length - 2)]);
  serial = await issueTestCertificate({ ...ca, randomBytes: withZero }, arn);
});

function revoke(changes: object = {}, by: PrivateCa = ca): Promise<void> {
  return ACTIONS.RevokeCertificate(by, {
    CertificateAuthorityArn: arn,
    CertificateSerial: serial,
    RevocationReason: 'SUPERSEDED',
    ...changes,
  });
}

function partition(): string {
  return authorityPartition(authorityIdOf(TEST_SCOPE, arn));
}

async function setStatus(status: 'ACTIVE' | 'DISABLED' | 'PENDING_CERTIFICATE'): Promise<void> {
  const entry = await findAuthority(ca, arn);
  const write = putEntry(authorities, AUTHORITY_KEY, { ...entry.value, status });
  await ca.store.commit(partition(), [write]);
}

async function listedSerials(): Promise<readonly string[]> {
  const crl = (await currentCrl(ca, arn)) ?? Buffer.alloc(0);
  return parseCrl(crl).revoked.map(({ serialNumber }) => hex(serialNumber));
}

function hex(serialNumber: Uint8Array): string {
  return Buffer.from(serialNumber).toString('hex').padStart(32, '0').slice(-32);
}

describe('RevokeCertificate', () => {
  it('stores time and reason, and revocationReasonOf and the CRL know at once', async () => {
    expect(await revocationReasonOf(ca, arn, Buffer.from(serial, 'hex'))).toBeUndefined();
    expect(await listedSerials()).toEqual([]);
    await revoke({ RevocationReason: 'KEY_COMPROMISE' });
    const entry = await getEntry(ca.store, partition(), certificates, serial);
    const revocation = { revokedAt: time.now, reason: 'KEY_COMPROMISE' };
    expect(entry?.value).toMatchObject({ state: 'issued', revocation });
    expect(await revocationReasonOf(ca, arn, Buffer.from(`000000${serial}`, 'hex'))).toBe(
      'keyCompromise',
    );
    expect(await listedSerials()).toEqual([serial]);
  });

  it.each<[string, (serial: string) => string]>([
    ['upper case', (text) => text.toUpperCase()],
    ['colons', (text) => text.replace(/..(?=.)/g, '$&:')],
    ['no leading zeros, as Terraform sends it', (text) => text.replace(/^0+/, '')],
    ['a sign octet, as OpenSSL prints it', (text) => `00:${text}`],
  ])('accepts a serial number with %s', async (_, written) => {
    await revoke({ CertificateSerial: written(serial) });
    expect(await listedSerials()).toEqual([serial]);
  });

  it.each([
    ['UNSPECIFIED', 'unspecified'],
    ['KEY_COMPROMISE', 'keyCompromise'],
    ['CERTIFICATE_AUTHORITY_COMPROMISE', 'cACompromise'],
    ['AFFILIATION_CHANGED', 'affiliationChanged'],
    ['SUPERSEDED', 'superseded'],
    ['CESSATION_OF_OPERATION', 'cessationOfOperation'],
    ['PRIVILEGE_WITHDRAWN', 'privilegeWithdrawn'],
    ['A_A_COMPROMISE', 'aACompromise'],
  ])('puts the reason %s on the CRL', async (RevocationReason, reason) => {
    await revoke({ RevocationReason });
    const crl = parseCrl((await currentCrl(ca, arn)) ?? Buffer.alloc(0));
    expect(crl.revoked).toMatchObject([{ reason, revokedAt: new Date(time.now) }]);
  });

  it('succeeds once, whatever the second reason', async () => {
    await revoke();
    const again = revoke({ RevocationReason: 'KEY_COMPROMISE' });
    await expect(again).rejects.toMatchObject({ code: 'RequestAlreadyProcessedException' });
    const entry = await getEntry(ca.store, partition(), certificates, serial);
    expect(entry?.value).toMatchObject({ revocation: { reason: 'SUPERSEDED' } });
  });

  it('succeeds once in ten concurrent calls', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => revoke()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
    for (const { reason } of failures) {
      expect(reason).toMatchObject({ code: 'RequestAlreadyProcessedException' });
    }
  });

  it.each<[string, object, string]>([
    ['a serial number it never issued', { CertificateSerial: '0b' }, 'ResourceNotFoundException'],
    ['none', { CertificateSerial: '' }, 'InvalidRequestException'],
    ['one that is not hexadecimal', { CertificateSerial: '0x0b' }, 'InvalidRequestException'],
    ['one that is too long', { CertificateSerial: '0'.repeat(129) }, 'ValidationException'],
    ['a reason of RFC 5280', { RevocationReason: 'keyCompromise' }, 'ValidationException'],
    ['certificateHold', { RevocationReason: 'CERTIFICATE_HOLD' }, 'ValidationException'],
  ])('refuses %s', async (_, changes, code) => {
    await expect(revoke(changes)).rejects.toMatchObject({ name: 'AwsError', code });
    expect(await listedSerials()).toEqual([]);
  });

  it('ignores a member that the model does not have, as AWS does', async () => {
    await revoke({ Force: true });
    expect(await listedSerials()).toEqual([serial]);
  });

  it('does not revoke the root itself', async () => {
    const input = { CertificateAuthorityArn: arn };
    const { Certificate } = await ACTIONS.GetCertificateAuthorityCertificate(ca, input);
    const own = revoke({ CertificateSerial: new X509Certificate(Certificate).serialNumber });
    await expect(own).rejects.toMatchObject({
      code: 'InvalidRequestException',
      message: 'Self-signed certificate can not be revoked',
    });
    expect(decodePem('CERTIFICATE', Certificate)).toHaveLength(1);
  });

  it('refuses an expired certificate and an expired authority', async () => {
    time.now += 31 * DAY_MS;
    await expect(revoke()).rejects.toMatchObject({ code: 'InvalidRequestException' });
    time.now += 6 * 365 * DAY_MS;
    await expect(revoke()).rejects.toMatchObject({ code: 'InvalidStateException' });
  });

  it('works for a DISABLED authority, and refuses one without a certificate', async () => {
    await setStatus('PENDING_CERTIFICATE');
    await expect(revoke()).rejects.toMatchObject({ code: 'InvalidStateException' });
    await setStatus('DISABLED');
    await revoke();
    expect(await listedSerials()).toEqual([serial]);
  });

  it('refuses a certificate that is still being issued', async () => {
    const issued = await issueTestCertificate(ca, arn);
    await rewindIssuance(ca, arn, issued, 'SHA256WITHECDSA');
    const revoking = revoke({ CertificateSerial: issued });
    await expect(revoking).rejects.toMatchObject({ code: 'RequestInProgressException' });
  });

  it.each(['before', 'after'] as const)(
    'takes effect completely or not at all when killed %s its commit',
    async (moment) => {
      expect(await listedSerials()).toEqual([]);
      const dying = openPrivateCa({ ...ca, store: crashingStore(ca.store, 1, moment) });
      await expect(revoke({}, dying)).rejects.toThrow('killed');
      const done = moment === 'after';
      expect(await revocationReasonOf(ca, arn, Buffer.from(serial, 'hex'))).toBe(
        done ? 'superseded' : undefined,
      );
      expect(await listedSerials()).toEqual(done ? [serial] : []);
      const repeated = revoke();
      if (done) {
        await expect(repeated).rejects.toMatchObject({ code: 'RequestAlreadyProcessedException' });
      } else {
        await repeated;
      }
      expect(await listedSerials()).toEqual([serial]);
    },
  );
});
