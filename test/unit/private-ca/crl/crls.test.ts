import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../../src/durations.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { findAuthority } from '../../../../src/private-ca/authority/find-authority.ts';
import { currentCrl } from '../../../../src/private-ca/crl/crls.ts';
import { authorityIdOf, certificateArn } from '../../../../src/private-ca/model/private-ca-arns.ts';
import { openPrivateCa, type PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import { authorityPartition } from '../../../../src/private-ca/records/authority-record.ts';
import { revocations } from '../../../../src/private-ca/revocation/revocation-record.ts';
import { listEntries, putEntry } from '../../../../src/store/collection.ts';
import { openLmdbRecordStore } from '../../../../src/store/embedded/lmdb-record-store.ts';
import { parseCrl } from '../../../../src/x509/parse-crl.ts';
import { runCommand } from '../../../support/clients/run-command.ts';
import { runOpenssl } from '../../../support/clients/run-openssl.ts';
import { crashingStore } from '../../../support/fakes/crashing-store.ts';
import { issueTestCertificate, openRevokingCa } from '../../../support/servers/open-revoking-ca.ts';
import { TEST_SCOPE } from '../../../support/servers/open-test-private-ca.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

const time = { now: 0 };
let ca: PrivateCa;
let arn: string;

beforeEach(async () => {
  time.now = Date.parse('2026-06-01T12:00:00Z');
  ({ ca, arn } = await openRevokingCa(() => time.now));
});

/** A second process over the same store. */
function another(process: PrivateCa = ca): PrivateCa {
  return openPrivateCa(process);
}

async function revokeOne(by: PrivateCa = ca, days?: number): Promise<string> {
  const CertificateSerial = await issueTestCertificate(by, arn, days);
  await ACTIONS.RevokeCertificate(by, {
    CertificateAuthorityArn: arn,
    CertificateSerial,
    RevocationReason: 'KEY_COMPROMISE',
  });
  return CertificateSerial;
}

async function readCrl(by: PrivateCa = ca) {
  const der = (await currentCrl(by, arn)) ?? Buffer.alloc(0);
  const crl = parseCrl(der);
  const number = crl.extensions.find(({ oid }) => oid === OID.cRLNumber)?.value ?? Buffer.alloc(0);
  return {
    ...crl,
    hex: Buffer.from(der).toString('hex'),
    // The content of the INTEGER.
    crlNumber: Number(`0x${Buffer.from(number.subarray(2)).toString('hex')}`),
    serials: crl.revoked.map(({ serialNumber }) =>
      Buffer.from(serialNumber).toString('hex').slice(-32).padStart(32, '0'),
    ),
  };
}

describe('currentCrl', () => {
  it('returns a CRL that is numbered by the clock, dated back an hour, and valid for seven days', async () => {
    const crl = await readCrl();
    expect(crl.crlNumber).toBe(time.now);
    expect(crl.thisUpdate).toEqual(new Date(time.now - HOUR_MS));
    expect(crl.nextUpdate).toEqual(new Date(time.now + 7 * DAY_MS));
    expect(crl.revoked).toEqual([]);
  });

  it('returns the same CRL in every process until a certificate is revoked', async () => {
    const first = await readCrl();
    time.now += DAY_MS;
    expect((await readCrl(another())).hex).toBe(first.hex);
    const serial = await revokeOne();
    const second = await readCrl(another());
    expect(second.serials).toEqual([serial]);
    expect(second.crlNumber).toBe(time.now);
  });

  it('replaces the CRL half way to its nextUpdate', async () => {
    const first = await readCrl();
    time.now += 3.5 * DAY_MS - 1;
    expect((await readCrl()).hex).toBe(first.hex);
    time.now += 1;
    expect((await readCrl()).crlNumber).toBe(time.now);
  });

  it('increases the number when the clock stops or is set back', async () => {
    const first = await readCrl();
    await revokeOne();
    expect((await readCrl()).crlNumber).toBe(first.crlNumber + 1);
    time.now -= 30 * MINUTE_MS;
    expect((await readCrl()).crlNumber).toBe(first.crlNumber + 1);
    time.now -= DAY_MS;
    const third = await readCrl();
    expect(third.crlNumber).toBe(first.crlNumber + 2);
    expect(third.thisUpdate).toEqual(new Date(time.now - HOUR_MS));
  });

  it('names an expired certificate once after its end, and then drops it', async () => {
    const short = await revokeOne(ca, 2);
    const long = await revokeOne(ca, 300);
    expect((await readCrl()).serials.toSorted()).toEqual([short, long].toSorted());
    time.now += 4 * DAY_MS;
    expect((await readCrl()).serials.toSorted()).toEqual([short, long].toSorted());
    time.now += 4 * DAY_MS;
    expect((await readCrl()).serials).toEqual([long]);
    const partition = authorityPartition(authorityIdOf(TEST_SCOPE, arn));
    const left = await listEntries(ca.store, partition, revocations, { limit: 10 });
    expect(left.map(({ key }) => key)).toEqual([long]);
  });

  it('drops no certificate because the clock was ahead for a while', async () => {
    await revokeOne(ca, 30);
    await readCrl();
    time.now += 365 * DAY_MS;
    expect((await readCrl()).revoked).toHaveLength(1);
    time.now -= 365 * DAY_MS - HOUR_MS;
    expect((await readCrl()).revoked).toHaveLength(1);
  });

  it('drops expired certificates from the CRL of a partition by the same rule', async () => {
    const publicUrl = () => 'http://scep.example';
    ca = openPrivateCa({ ...ca, publicUrl });
    await ACTIONS.UpdateCertificateAuthority(ca, {
      CertificateAuthorityArn: arn,
      RevocationConfiguration: {
        CrlConfiguration: { Enabled: true, S3BucketName: 'crl-bucket', CrlType: 'PARTITIONED' },
      },
    });
    const serial = await revokeOne(ca, 2);
    const { value: authority } = await findAuthority(ca, arn);
    const revokedIn = async () => {
      const list = await ca.crls.crlFor(authority, serial.slice(0, 2));
      return parseCrl(list?.crl ?? Buffer.alloc(0)).revoked.length;
    };
    expect(await revokedIn()).toBe(1);
    time.now += 4 * DAY_MS;
    expect((await readCrl()).serials).toEqual([serial]);
    expect(await revokedIn()).toBe(1);
    time.now += 4 * DAY_MS;
    expect((await readCrl()).serials).toEqual([]);
    const left = () =>
      listEntries(ca.store, authorityPartition(authority.id), revocations, { limit: 10 });
    expect(await left()).toHaveLength(1);
    expect(await revokedIn()).toBe(0);
    expect(await left()).toHaveLength(0);
  });

  it('signs no CRL for an authority without a valid certificate', async () => {
    const { CertificateAuthorityArn: pending } = await ACTIONS.CreateCertificateAuthority(ca, {
      CertificateAuthorityType: 'ROOT',
      CertificateAuthorityConfiguration: {
        KeyAlgorithm: 'EC_prime256v1',
        SigningAlgorithm: 'SHA256WITHECDSA',
        Subject: { CommonName: 'Pending' },
      },
    });
    expect(await currentCrl(ca, pending)).toBeUndefined();
    const last = await readCrl();
    time.now += 6 * 365 * DAY_MS;
    expect((await readCrl()).hex).toBe(last.hex);
  });

  it('names every certificate of an index that is longer than a page', async () => {
    const serials = Array.from({ length: 2_030 }, (_, i) => (i + 1).toString(16).padStart(32, '0'));
    const value = {
      revokedAt: time.now,
      reason: 'SUPERSEDED',
      notAfter: time.now + DAY_MS,
    } as const;
    const writes = serials.map((serial) => putEntry(revocations, serial, value));
    await ca.store.commit(authorityPartition(authorityIdOf(TEST_SCOPE, arn)), writes);
    expect((await readCrl()).serials).toEqual(serials);
  });

  it.each(['before', 'after'] as const)(
    'publishes a complete CRL after a process was killed %s its commit',
    async (moment) => {
      const serial = await revokeOne();
      const dying = openPrivateCa({ ...ca, store: crashingStore(ca.store, 1, moment) });
      await expect(currentCrl(dying, arn)).rejects.toThrow('killed');
      const crl = await readCrl();
      expect(crl.serials).toEqual([serial]);
      expect((await readCrl(another())).hex).toBe(crl.hex);
    },
  );
});

describe('simultaneous processes', () => {
  const opening = openLmdbRecordStore({ directory: tempDirectory(), clock: () => time.now });
  afterAll(async () => (await opening).close());

  it('never publish two CRLs under one number, or a CRL without an earlier revocation', async () => {
    ({ ca, arn } = await openRevokingCa(() => time.now, await opening));
    const processes = [ca, another(), another()];
    const published = new Map<number, string>();
    const work = async (process: PrivateCa) => {
      for (let i = 0; i < 15; i += 1) {
        const serial = await revokeOne(process);
        const crls = await Promise.all([readCrl(process), readCrl(process)]);
        for (const { crlNumber, hex, serials } of crls) {
          expect(serials).toContain(serial);
          expect(published.get(crlNumber) ?? hex).toBe(hex);
          published.set(crlNumber, hex);
        }
      }
    };
    await Promise.all(processes.map(work));
    expect((await readCrl()).revoked).toHaveLength(45);
    expect(published.size).toBeGreaterThan(1);
  });

  it('never replace a newer CRL when one of them is paused between signing and storing', async () => {
    await revokeOne();
    let newer: Awaited<ReturnType<typeof readCrl>> | undefined;
    const commit: typeof ca.store.commit = async (partition, writes) => {
      if (
        newer === undefined &&
        writes.some(({ collection }) => collection === 'revocation-list')
      ) {
        time.now += HOUR_MS;
        await revokeOne();
        newer = await readCrl();
      }
      return ca.store.commit(partition, writes);
    };
    const paused = await readCrl(another({ ...ca, store: { ...ca.store, commit } }));
    expect(newer?.revoked).toHaveLength(2);
    expect(paused.hex).toBe(newer?.hex);
    expect((await readCrl()).hex).toBe(newer?.hex);
  });
});

describe('OpenSSL as the client', () => {
  it('verifies the CRL, refuses the revoked certificate and accepts the other one', async () => {
    time.now = Date.now();
    ({ ca, arn } = await openRevokingCa(() => time.now));
    const directory = tempDirectory();
    const file = (name: string) => path.join(directory, name);
    const input = { CertificateAuthorityArn: arn };
    const authority = await ACTIONS.GetCertificateAuthorityCertificate(ca, input);
    writeFileSync(file('ca.pem'), authority.Certificate);
    const serials = { revoked: await revokeOne(), valid: await issueTestCertificate(ca, arn) };
    for (const [name, serial] of Object.entries(serials)) {
      const CertificateArn = certificateArn(arn, serial);
      const { Certificate } = await ACTIONS.GetCertificate(ca, { ...input, CertificateArn });
      writeFileSync(file(`${name}.pem`), Certificate);
    }
    const der = (await currentCrl(ca, arn)) ?? Buffer.alloc(0);
    writeFileSync(file('crl.pem'), runOpenssl(['crl', '-inform', 'DER'], der));
    const crl = await runCommand('openssl', [
      ...['crl', '-in', file('crl.pem'), '-CAfile', file('ca.pem'), '-noout'],
    ]);
    expect(crl.stderr).toContain('verify OK');
    const verify = async (name: string) => {
      const { stdout, stderr } = await runCommand('openssl', [
        ...['verify', '-x509_strict', '-crl_check', '-CAfile', file('ca.pem')],
        ...['-CRLfile', file('crl.pem'), file(name)],
      ]);
      return stdout + stderr;
    };
    expect(await verify('valid.pem')).toMatch(/OK\s*$/);
    expect(await verify('revoked.pem')).toContain('certificate revoked');
  });
});
