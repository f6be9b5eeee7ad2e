import { describe, expect, it } from 'vitest';
import {
  BucketError,
  type BucketErrorKind,
} from '../../../../../src/private-ca/buckets/object-store.ts';
import { openS3Buckets } from '../../../../../src/private-ca/buckets/s3/open-s3-buckets.ts';
import { refuse, S3_CREDENTIALS, type S3Request, startFakeS3 } from './fake-s3.ts';

const CRL = { content: Buffer.from([0x30, 0]), contentType: 'application/pkix-crl' };
const MIB = 1024 * 1024;

/** The adapter connected to a fake that answers as the test says. */
async function withFake(interfere?: Parameters<typeof startFakeS3>[0], patience = 200) {
  const fake = await startFakeS3(interfere);
  const { endpoint } = fake;
  const timeouts = { connectionTimeout: patience, requestTimeout: patience };
  const buckets = await openS3Buckets(
    { endpoint, region: 'eu-central-1', forcePathStyle: true },
    {
      credentials: S3_CREDENTIALS,
      requestHandler: { ...timeouts, socketTimeout: patience, throwOnRequestTimeout: true },
    },
  );
  return { ...fake, buckets };
}

async function* textOf(octets: number, piece = 'é'.repeat(50_000)): AsyncIterable<string> {
  for (let sent = 0; sent < octets; sent += Buffer.byteLength(piece)) {
    yield await Promise.resolve(piece);
  }
}

async function failureOf(work: Promise<unknown>): Promise<BucketErrorKind> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BucketError);
  const { kind, message } = error as BucketError;
  expect(message).not.toContain(S3_CREDENTIALS.secretAccessKey);
  return kind;
}

describe('objects', () => {
  it('are written and read with signed requests', async () => {
    const { buckets, requests } = await withFake();
    await buckets.put('bucket', 'audit-report/a+b (c)~é.json', textOf(300_000));
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers).toMatchObject({
      authorization: expect.stringContaining('/eu-central-1/s3/aws4_request') as string,
      'x-amz-acl': 'bucket-owner-full-control',
    });
    const text = await buckets.get('bucket', 'audit-report/a+b (c)~é.json');
    expect(text).toBe('é'.repeat(150_000));
    expect(await buckets.get('bucket', 'other')).toBeUndefined();
  });

  it('may be empty', async () => {
    const { buckets } = await withFake();
    await buckets.put('bucket', 'empty', textOf(0));
    expect(await buckets.get('bucket', 'empty')).toBe('');
  });

  it('are uploaded in parts when they are long, each of at least 5 MiB except the last', async () => {
    const { buckets, requests, uploads, objects } = await withFake(() => false, 10_000);
    await buckets.put('bucket', 'long', textOf(12 * MIB));
    const parts = requests.filter(({ query }) => query['partNumber'] !== undefined);
    expect(parts.map(({ query }) => query['partNumber'])).toEqual(['1', '2', '3']);
    expect(parts.slice(0, -1).every(({ body }) => body.length >= 5 * MIB)).toBe(true);
    expect(requests.at(-1)?.body.toString()).toContain('<PartNumber>3</PartNumber>');
    expect(uploads.size).toBe(0);
    expect(objects.get('/bucket/long')).toHaveLength(12.6e6);
  });

  it('leave no parts behind when a part or the text fails', async () => {
    const { buckets, requests, uploads, objects } = await withFake(({ query }, response) => {
      if (query['partNumber'] !== '2') return false;
      refuse(response, 403, 'AccessDenied');
      return true;
    });
    expect(await failureOf(buckets.put('bucket', 'long', textOf(12 * MIB)))).toBe('refused');
    async function* broken(): AsyncIterable<string> {
      yield* textOf(6 * MIB);
      throw new Error('the store is gone');
    }
    await expect(buckets.put('bucket', 'long', broken())).rejects.toThrow('the store is gone');
    expect(requests.filter(({ method }) => method === 'DELETE')).toHaveLength(2);
    expect(uploads.size + objects.size).toBe(0);
  });

  it('have a type and an ACL when they are published', async () => {
    const { buckets, requests } = await withFake();
    await buckets.publish('bucket', 'crl/a.crl', { ...CRL, acl: 'PUBLIC_READ' });
    expect(requests[0]).toMatchObject({
      path: '/bucket/crl/a.crl',
      headers: { 'x-amz-acl': 'public-read', 'content-type': 'application/pkix-crl' },
      body: CRL.content,
    });
  });
});

describe('the latest file', () => {
  const place = '/bucket/crl/a.crl';
  const fileOf = (text: string) => ({
    ...{ content: Buffer.from(text), contentType: 'application/pkix-crl' },
    acl: 'PUBLIC_READ' as const,
  });
  const latest = (text: string) => () => Promise.resolve(fileOf(text));
  const putsOf = (requests: readonly S3Request[]) =>
    requests
      .filter(({ method }) => method === 'PUT')
      .map(({ headers }) => [headers['if-match'], headers['if-none-match']]);

  it('is put on condition that nothing was put since, and only when it differs', async () => {
    const { buckets, requests, objects } = await withFake();
    await buckets.publishLatest('bucket', 'crl/a.crl', latest('one'));
    await buckets.publishLatest('bucket', 'crl/a.crl', latest('one'));
    await buckets.publishLatest('bucket', 'crl/a.crl', latest('two'));
    expect(objects.get(place)?.toString()).toBe('two');
    const tag = expect.stringMatching(/^"[0-9a-f]{32}"$/) as string;
    expect(putsOf(requests)).toEqual([
      [undefined, '*'],
      [tag, undefined],
    ]);
    expect(requests.at(-1)?.headers).toMatchObject({ 'x-amz-acl': 'public-read' });
  });

  it('is put again when its ACL changes', async () => {
    const { buckets, requests } = await withFake();
    await buckets.publishLatest('bucket', 'crl/a.crl', latest('one'));
    const acl = 'BUCKET_OWNER_FULL_CONTROL';
    const owned = () => Promise.resolve({ ...fileOf('one'), acl } as const);
    await buckets.publishLatest('bucket', 'crl/a.crl', owned);
    expect(putsOf(requests)).toHaveLength(2);
  });

  it.each(['nothing', 'an older one'])(
    'is requested again, and stays, when a call was delayed over %s',
    async (before) => {
      const { buckets, objects } = await withFake();
      if (before !== 'nothing') await buckets.publish('bucket', 'crl/a.crl', fileOf('0'));
      let [now, isHeldUp] = ['1', false];
      await buckets.publishLatest('bucket', 'crl/a.crl', async () => {
        const file = fileOf(now);
        if (isHeldUp) return file;
        isHeldUp = true;
        now = '2';
        await buckets.publishLatest('bucket', 'crl/a.crl', latest(now));
        return file;
      });
      expect(objects.get(place)?.toString()).toBe('2');
    },
  );

  it('is put without a condition when the server may not look for it', async () => {
    const { buckets, requests } = await withFake(({ method }, response) => {
      if (method !== 'HEAD') return false;
      response.writeHead(403).end();
      return true;
    });
    await buckets.publishLatest('bucket', 'crl/a.crl', latest('one'));
    expect(putsOf(requests)).toEqual([[undefined, undefined]]);
  });

  it.each([
    [501, 'NotImplemented'],
    [400, 'InvalidArgument'],
    [412, 'PreconditionFailed'],
  ])('is put without a condition when every condition gets %i %s', async (status, code) => {
    const { buckets, objects } = await withFake(({ headers }, response) => {
      const isConditional = headers['if-match'] ?? headers['if-none-match'];
      if (isConditional === undefined) return false;
      refuse(response, status, code);
      return true;
    });
    for (const text of ['one', 'two']) {
      await buckets.publishLatest('bucket', 'crl/a.crl', latest(text));
      expect(objects.get(place)?.toString()).toBe(text);
    }
  });

  it('is never put without a condition while other writers are active', async () => {
    const { buckets, requests } = await withFake(({ method }, response) => {
      if (method !== 'PUT') return false;
      refuse(response, 409, 'ConditionalRequestConflict');
      return true;
    });
    const kind = await failureOf(buckets.publishLatest('bucket', 'crl/a.crl', latest('one')));
    expect(kind).toBe('unavailable');
    expect(putsOf(requests).every(([, none]) => none === '*')).toBe(true);
  });

  it.each([
    [403, 'AccessDenied', 'refused'],
    [404, 'NoSuchBucket', 'refused'],
    [503, 'SlowDown', 'unavailable'],
  ])('fails like any other object at %i %s', async (status, code, kind) => {
    const { buckets } = await withFake((_request, response) => {
      refuse(response, status, code);
      return true;
    });
    const failing = buckets.publishLatest('bucket', 'crl/a.crl', latest('one'));
    expect(await failureOf(failing)).toBe(kind);
  });
});

describe('an answer', () => {
  const publish = async (interfere: Parameters<typeof startFakeS3>[0]) => {
    const { buckets, requests } = await withFake(interfere);
    const kind = await failureOf(buckets.publish('b-1', 'k', { ...CRL, acl: 'PUBLIC_READ' }));
    return { kind, attempts: requests.length };
  };

  it.each([
    [403, 'AccessDenied'],
    [403, 'InvalidAccessKeyId'],
    [404, 'NoSuchBucket'],
    [400, 'AccessControlListNotSupported'],
    [301, 'PermanentRedirect'],
  ])('of %i %s is final', async (status, code) => {
    const refused = publish((_request, response) => {
      refuse(response, status, code);
      return true;
    });
    expect(await refused).toEqual({ kind: 'refused', attempts: 1 });
  });

  it.each([
    [500, 'InternalError'],
    [503, 'SlowDown'],
    [429, 'TooManyRequests'],
  ])('of %i %s is temporary, after two attempts', async (status, code) => {
    const failed = publish((_request, response) => {
      refuse(response, status, code);
      return true;
    });
    expect(await failed).toEqual({ kind: 'unavailable', attempts: 2 });
  });

  it('that never arrives is temporary, and is not awaited for long', async () => {
    expect(await publish(() => true)).toEqual({ kind: 'unavailable', attempts: 2 });
  });

  it('that breaks off is temporary', async () => {
    const failed = publish((_request, response) => {
      response.writeHead(500, { 'content-length': '100000' });
      response.write('<Error>');
      return true;
    });
    expect((await failed).kind).toBe('unavailable');
  });

  it('that is a connection reset is temporary', async () => {
    const failed = publish((_request, response) => {
      response.socket?.resetAndDestroy();
      return true;
    });
    expect(await failed).toEqual({ kind: 'unavailable', attempts: 2 });
  });

  it('that comes from a proxy instead of S3 is temporary', async () => {
    const failed = publish((_request, response) => {
      response.writeHead(403).end('<html>&xxe; a proxy says no');
      return true;
    });
    expect((await failed).kind).toBe('unavailable');
  });

  it('of 200 may still be a failure when parts are combined', async () => {
    const { buckets } = await withFake(({ method, query }, response) => {
      if (method !== 'POST' || query['uploadId'] === undefined) return false;
      refuse(response, 200, 'InternalError');
      return true;
    });
    await failureOf(buckets.put('bucket', 'long', textOf(6 * MIB)));
  });
});

describe('the public URL of a bucket', () => {
  const url = async (settings: Parameters<typeof openS3Buckets>[0]) =>
    (await openS3Buckets(settings)).publicUrl('bucket');

  it('is that of Amazon S3, over http', async () => {
    expect(await url({ region: 'eu-central-1' })).toBe(
      'http://bucket.s3.eu-central-1.amazonaws.com',
    );
    expect(await url({ region: 'eu-central-1', forcePathStyle: true })).toBe(
      'http://s3.eu-central-1.amazonaws.com/bucket',
    );
    expect(await url({ region: 'cn-north-1' })).toBe(
      'http://bucket.s3.cn-north-1.amazonaws.com.cn',
    );
  });

  it('is unknown for another implementation', async () => {
    expect(await url({ endpoint: 'http://127.0.0.1:1' })).toBeUndefined();
  });
});
