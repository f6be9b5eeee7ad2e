import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { decodePem } from '../../../src/asn1/pem.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { MINUTE_MS } from '../../../src/durations.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { findAuthority } from '../../../src/private-ca/authority/find-authority.ts';
import type { PublishedFile } from '../../../src/private-ca/buckets/object-store.ts';
import { createSyncCrlsToBuckets } from '../../../src/private-ca/crl/sync-crls-to-buckets.ts';
import { openPrivateCa, type PrivateCa } from '../../../src/private-ca/private-ca.ts';
import { parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { parseCrl } from '../../../src/x509/parse-crl.ts';
import { readCrlUrls, readIssuingUrls } from '../../../src/x509/read-crl-urls.ts';
import { openFakeBuckets } from '../../support/fakes/open-fake-buckets.ts';
import { issueTestCertificate, openRevokingCa } from '../../support/servers/open-revoking-ca.ts';

/** The buckets behind the CNAMEs; other hosts lead to the enrol listener of any replica. */
const CNAMES = new Map([
  ['one.example', 'one'],
  ['two.example', 'two'],
]);
const CONFIGURATIONS = [
  { Enabled: false },
  { Enabled: true, S3BucketName: 'one' },
  { Enabled: true, S3BucketName: 'one', CustomPath: 'a/b', ExpirationInDays: 2 },
  { Enabled: true, S3BucketName: 'two', CustomCname: 'two.example', CrlType: 'PARTITIONED' },
  { Enabled: true, S3BucketName: 'one', CustomCname: 'one.example', CrlType: 'PARTITIONED' },
  { Enabled: true, S3BucketName: 'one', CustomCname: 'listener.example', CrlType: 'PARTITIONED' },
  { Enabled: true, S3BucketName: 'two', CustomPath: '/', CrlType: 'PARTITIONED' },
  {
    ...{ Enabled: true, S3BucketName: 'two' },
    CrlDistributionPointExtensionConfiguration: { OmitExtension: true },
  },
] as const;

/** Which of the two replicas does it. */
const by = fc.nat({ max: 1 });
const steps = fc.array(
  fc.oneof(
    fc.record({ step: fc.constant('issue' as const), by, days: fc.constantFrom(3, 30) }),
    fc.record({ step: fc.constant('revoke' as const), by, which: fc.nat() }),
    fc.record({
      ...{ step: fc.constant('configure' as const), by },
      which: fc.nat({ max: CONFIGURATIONS.length - 1 }),
    }),
    fc.record({ step: fc.constant('put' as const), by }),
    fc.record({ step: fc.constant('pause' as const), by }),
    fc.record({ step: fc.constant('resume' as const) }),
    fc.record({ step: fc.constant('kill' as const), by }),
    fc.record({ step: fc.constant('read' as const), by, which: fc.nat() }),
    fc.record({ step: fc.constant('wait' as const), minutes: fc.constantFrom(1, 20, 3_000) }),
  ),
  { minLength: 3, maxLength: 25 },
);

type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;

interface Issued {
  readonly serial: string;
  readonly urls: readonly string[];
  readonly notAfter: number;
}

/** A process. Once it is dead, its memory is lost and what it still does has no effect. */
interface Replica {
  readonly ca: PrivateCa;
  readonly putLists: () => Promise<void>;
  isDead: boolean;
  /** Is called when the next CRL is about to be put, which then waits. */
  pause: (() => void) | undefined;
}

/** Two replicas with their buckets, and a relying party. */
async function openWorld(isConditional: boolean) {
  const time = { now: Date.parse('2026-06-01T12:00:00Z') };
  const fake = openFakeBuckets();
  fake.isConditional = isConditional;
  const { ca: first, arn } = await openRevokingCa(() => time.now);
  const held: (() => void)[] = [];
  const start = (): Replica => {
    const requireLife = () => {
      if (replica.isDead) throw new Error('killed');
    };
    const commit: typeof first.store.commit = async (partition, writes) => {
      requireLife();
      return first.store.commit(partition, writes);
    };
    const publishLatest: typeof fake.buckets.publishLatest = (bucket, key, latest) =>
      fake.buckets.publishLatest(bucket, key, async () => {
        requireLife();
        const file = await latest();
        const { pause } = replica;
        replica.pause = undefined;
        if (pause === undefined) return file;
        await new Promise<void>((resolve) => {
          held.push(resolve);
          pause();
        });
        return file;
      });
    const buckets = { ...fake.buckets, publishLatest };
    const ca = openPrivateCa({
      ...first,
      store: { ...first.store, commit },
      buckets,
      publicUrl: () => 'http://listener.example/base',
    });
    const putLists = createSyncCrlsToBuckets({ ...ca, buckets }, () => undefined);
    const replica: Replica = { ca, putLists, isDead: false, pause: undefined };
    return replica;
  };
  const fetchAt = async (url: string, { ca }: Replica): Promise<Uint8Array | undefined> => {
    const { host, pathname } = new URL(url);
    const bucket = CNAMES.get(host) ?? /^(\w+)\.s3\./.exec(host)?.[1];
    if (bucket !== undefined) {
      return (fake.files.get(`${bucket}${pathname}`) as PublishedFile | undefined)?.content;
    }
    const { value: authority } = await findAuthority(ca, arn);
    const partition = /-([0-9a-f]{2})\.crl$/.exec(pathname)?.[1];
    return (await ca.crls.crlFor(authority, partition))?.crl;
  };
  return { time, arn, held, replicas: [start(), start()], start, fetchAt };
}

async function play(script: readonly Step[], isConditional: boolean): Promise<void> {
  const world = await openWorld(isConditional);
  const { time, arn, held, replicas } = world;
  const input = { CertificateAuthorityArn: arn };
  const issued: Issued[] = [];
  const revoked = new Set<string>();
  const numbers = new Map<string, number>();
  const background: Promise<void>[] = [];
  const unexpired = () => issued.filter(({ notAfter }) => notAfter > time.now);
  const at = (which: number) => replicas[which] ?? world.start();

  /**
   * Returns the serial numbers in the CRL at a URL. Expects that the CRL covers certificates with
   * this URL and is no older than the CRL that was there before.
   */
  const readAt = async (url: string, replica: Replica) => {
    const der = await world.fetchAt(url, replica);
    if (der === undefined) return undefined;
    const { crlNumber, serials, urls } = readList(der);
    if (urls.length > 0) expect(urls).toContain(url);
    if (isConditional) expect(crlNumber).toBeGreaterThanOrEqual(numbers.get(url) ?? 0);
    numbers.set(url, crlNumber);
    return serials;
  };
  const perform = async (each: Step): Promise<void> => {
    switch (each.step) {
      case 'issue':
        issued.push(await issueAt(at(each.by).ca, arn, each.days));
        return;
      case 'revoke': {
        const { serial } = unexpired()[each.which % unexpired().length] ?? {};
        if (serial === undefined || revoked.has(serial)) return;
        const RevocationReason = 'KEY_COMPROMISE';
        const call = { ...input, CertificateSerial: serial, RevocationReason } as const;
        await ACTIONS.RevokeCertificate(at(each.by).ca, call);
        revoked.add(serial);
        return;
      }
      case 'configure': {
        const RevocationConfiguration = { CrlConfiguration: CONFIGURATIONS[each.which] };
        const call = { ...input, RevocationConfiguration };
        return ACTIONS.UpdateCertificateAuthority(at(each.by).ca, call);
      }
      case 'put':
        return at(each.by).putLists();
      case 'pause': {
        const replica = at(each.by);
        const paused = new Promise<void>((resolve) => {
          replica.pause = () => resolve();
        });
        const work = replica.putLists();
        background.push(work.catch(() => undefined));
        await Promise.race([work, paused]);
        replica.pause = undefined;
        return;
      }
      case 'resume':
        for (const go of held.splice(0)) go();
        await Promise.all(background);
        return;
      case 'kill':
        at(each.by).isDead = true;
        replicas[each.by] = world.start();
        return;
      case 'read': {
        const { urls = [] } = unexpired()[each.which % unexpired().length] ?? {};
        for (const url of urls) await readAt(url, at(each.by));
        return;
      }
      case 'wait':
        time.now += each.minutes * MINUTE_MS;
    }
  };
  for (const each of script) {
    time.now += 1;
    await perform(each);
  }
  for (const go of held.splice(0)) go();
  await Promise.all(background);
  time.now += 16 * MINUTE_MS;
  const last = world.start();
  await last.putLists();
  for (const { serial, urls } of unexpired()) {
    for (const url of urls) {
      const serials = await readAt(url, last);
      expect(serials).toBeDefined();
      if (revoked.has(serial)) expect(serials).toContain(serial);
      else expect(serials).not.toContain(serial);
    }
  }
}

async function issueAt(ca: PrivateCa, arn: string, days: number): Promise<Issued> {
  const serial = await issueTestCertificate(ca, arn, days);
  const CertificateArn = `${arn}/certificate/${serial}`;
  const call = { CertificateAuthorityArn: arn, CertificateArn };
  const { Certificate } = await ACTIONS.GetCertificate(ca, call);
  const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE', Certificate);
  const { extensions, notAfter } = parseCertificate(der);
  return { serial, urls: readCrlUrls(extensions), notAfter: notAfter.getTime() };
}

function readList(der: Uint8Array) {
  const { extensions, revoked } = parseCrl(der);
  const extensionOf = (wanted: string) => extensions.find(({ oid }) => oid === wanted)?.value;
  const number = Buffer.from(readBer(extensionOf(OID.cRLNumber) ?? Buffer.alloc(0)).content);
  const point = extensionOf(OID.issuingDistributionPoint);
  return {
    crlNumber: Number(`0x${number.toString('hex')}`),
    urls: point === undefined ? [] : readIssuingUrls(point),
    serials: revoked.map(({ serialNumber }) =>
      Buffer.from(serialNumber).toString('hex').slice(-32).padStart(32, '0'),
    ),
  };
}

/**
 * A process is paused while it puts a CRL. The CRL arrives after the process has been killed and
 * another has put a newer one.
 */
const HELD_UP: Step[] = [
  { step: 'configure', by: 0, which: 1 },
  { step: 'issue', by: 0, days: 30 },
  { step: 'issue', by: 0, days: 30 },
  { step: 'revoke', by: 0, which: 0 },
  { step: 'pause', by: 0 },
  { step: 'revoke', by: 1, which: 1 },
  { step: 'put', by: 1 },
  { step: 'read', by: 1, which: 0 },
  { step: 'kill', by: 0 },
  { step: 'resume' },
  { step: 'read', by: 1, which: 0 },
];

/** Certificates from before and after each change are revoked after CRLs are switched off. */
const MOVED: Step[] = [
  ...[1, 4, 3, 5, 2].flatMap((which): Step[] => [
    { step: 'configure', by: 0, which },
    { step: 'issue', by: 1, days: 30 },
  ]),
  { step: 'put', by: 0 },
  { step: 'configure', by: 0, which: 0 },
  ...[0, 1, 2, 3, 4].map((which): Step => ({ step: 'revoke', by: 1, which })),
  { step: 'wait', minutes: 3_000 },
];

it.each([
  ['that know conditional writes, where CRL numbers never decrease', true, 10],
  ['that do not know them, after the last put', false, 5],
])(
  'each revocation is listed at every URL of an unexpired certificate, in buckets %s',
  { timeout: 120_000 },
  async (_, isConditional, numRuns) => {
    const property = fc.asyncProperty(steps, (script) => play(script, isConditional));
    await fc.assert(property, { numRuns, examples: [[HELD_UP], [MOVED]] });
  },
);
