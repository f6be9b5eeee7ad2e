import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodePem, encodePem } from '../../../src/asn1/pem.ts';
import { derContext, derContextPrimitive, derSequence } from '../../../src/asn1/write-der.ts';
import { DAY_MS } from '../../../src/durations.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { templateArnOf } from '../../../src/private-ca/issuing/templates.ts';
import { formatName } from '../../../src/x509/distinguished-name.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { ecKeyPair, rsaKeyPair } from '../../support/keys/sample-keys.ts';
import {
  activateTestRoot,
  activateTestSubordinate,
  csrBlob,
  issueFrom,
  ownCsrBlob,
} from '../../support/servers/issuing-ca.ts';
import { openTestPrivateCa } from '../../support/servers/open-test-private-ca.ts';

const time = { now: Date.parse('2026-06-01T12:00:00Z') };
const ca = openTestPrivateCa({ clock: () => time.now });
const keys = ecKeyPair();
const Csr = csrBlob(keys);
const days = (Value: number) => ({ Type: 'DAYS', Value });
const subordinate = (pathLength: number) => `SubordinateCACertificate_PathLen${pathLength}/V1`;
let root: string;
beforeAll(async () => {
  root = await activateTestRoot(ca);
});

function refusal(code: string, text: string) {
  return { name: 'AwsError', code, message: expect.stringContaining(text) as unknown };
}

describe('a path', () => {
  it('is shorter at each level, down to an authority that may have none below it', async () => {
    const first = await activateTestSubordinate(ca, root, subordinate(1));
    const second = await activateTestSubordinate(ca, first, subordinate(0), {
      Validity: { Type: 'YEARS', Value: 4 },
    });
    const leaf = await issueFrom(ca, second, { Csr });
    const chain = decodePem('CERTIFICATE', leaf.chain ?? '').map((der) => new X509Certificate(der));
    const path = [new X509Certificate(leaf.certificate.der), ...chain];
    expect(path).toHaveLength(4);
    path.slice(0, -1).forEach((certificate, i) => {
      expect(certificate.verify((path[i + 1] ?? certificate).publicKey)).toBe(true);
    });

    for (const level of [1, 2, 3]) {
      const long = issueFrom(ca, first, { Csr, TemplateArn: templateArnOf(subordinate(level)) });
      await expect(long).rejects.toMatchObject(refusal('ValidationException', 'path length'));
    }
    const below = issueFrom(ca, second, { Csr, TemplateArn: templateArnOf(subordinate(0)) });
    await expect(below).rejects.toMatchObject(
      refusal('ValidationException', 'cannot issue CA certificates'),
    );
  });

  it('is limited for blank templates too', async () => {
    const lowest = await activateTestSubordinate(ca, root, subordinate(0));
    const blank = issueFrom(ca, lowest, {
      Csr,
      TemplateArn: templateArnOf('BlankSubordinateCACertificate_PathLen0_APIPassthrough/V1'),
      ApiPassthrough: { Extensions: { KeyUsage: { KeyCertSign: true } } },
    });
    await expect(blank).rejects.toMatchObject(refusal('ValidationException', 'path length'));
  });
});

describe('a validity', () => {
  it('ends with the issuer at the latest', async () => {
    const authority = await activateTestSubordinate(ca, root, subordinate(0));
    const described = await ACTIONS.DescribeCertificateAuthority(ca, {
      CertificateAuthorityArn: authority,
    });
    const end = (described.CertificateAuthority.NotAfter?.getTime() ?? 0) / 1_000;
    const last = await issueFrom(ca, authority, {
      Csr,
      Validity: { Type: 'ABSOLUTE', Value: end },
    });
    expect(last.certificate.notAfter.getTime() / 1_000).toBe(end);
    const late = issueFrom(ca, authority, { Csr, Validity: { Type: 'ABSOLUTE', Value: end + 1 } });
    const text = 'The certificate validity specified exceeds the certificate authority validity';
    await expect(late).rejects.toMatchObject({ code: 'ValidationException', message: text });
  });

  it('is 7 days at most from an authority for short-lived certificates', async () => {
    const short = await activateTestRoot(ca, { UsageMode: 'SHORT_LIVED_CERTIFICATE' });
    await expect(issueFrom(ca, short, { Csr, Validity: days(7) })).resolves.toBeDefined();
    const end = { Type: 'ABSOLUTE', Value: Math.floor(time.now / 1_000) + 7 * 86_400 + 1 };
    for (const Validity of [days(8), end]) {
      const long = issueFrom(ca, short, { Csr, Validity });
      await expect(long).rejects.toMatchObject(refusal('ValidationException', '7 days'));
    }
  });
});

describe('name constraints', () => {
  const dns = derContextPrimitive(2, Buffer.from('example.com'));
  const value = derSequence(derContext(0, derSequence(dns)));
  const ApiPassthrough = {
    Extensions: {
      CustomExtensions: [
        {
          ObjectIdentifier: '2.5.29.30',
          Value: Buffer.from(value).toString('base64'),
          Critical: true,
        },
      ],
    },
  };
  const TemplateArn = templateArnOf('EndEntityCertificate_APIPassthrough/V1');
  const named = (DnsName: string) => ({
    Csr,
    TemplateArn,
    ApiPassthrough: { Extensions: { SubjectAlternativeNames: [{ DnsName }] } },
  });

  it('of an authority apply to what it issues and to what is issued below it', async () => {
    const template = 'SubordinateCACertificate_PathLen1_APIPassthrough/V1';
    const constrained = await activateTestSubordinate(ca, root, template, { ApiPassthrough });
    const below = await activateTestSubordinate(ca, constrained, subordinate(0), {
      Validity: { Type: 'YEARS', Value: 4 },
    });
    for (const authority of [constrained, below]) {
      await expect(issueFrom(ca, authority, named('a.example.com'))).resolves.toBeDefined();
      const foreign = issueFrom(ca, authority, named('a.example.org'));
      await expect(foreign).rejects.toMatchObject(refusal('ValidationException', 'a dNSName'));
    }
  });

  it('are refused in a certificate that is not for an authority', async () => {
    const leaf = issueFrom(ca, root, { Csr, TemplateArn, ApiPassthrough });
    await expect(leaf).rejects.toMatchObject(refusal('InvalidArgsException', '4.2.1.10'));
  });
});

describe('a root template', () => {
  const template = templateArnOf('RootCACertificate_APIPassthrough/V1');

  it('names the root as ApiPassthrough says', async () => {
    const own = await ownCsrBlob(ca, root, { name: 'CN=old' });
    const ApiPassthrough = { Subject: { CommonName: 'new' } };
    const { certificate, chain } = await issueFrom(ca, root, {
      ...{ Csr: own, TemplateArn: template, ApiPassthrough, Validity: days(20_000) },
    });
    expect(certificate.subject).toEqual(certificate.issuer);
    const [name] = new X509Certificate(certificate.der).subject.split('\n');
    expect(name).toBe('CN=new');
    expect(chain).toBeUndefined();
  });

  it('is refused for another key than that of the authority', async () => {
    const foreign = issueFrom(ca, root, { Csr, TemplateArn: template });
    await expect(foreign).rejects.toMatchObject(refusal('InvalidArgsException', 'key'));
  });

  it('is refused by a subordinate authority', async () => {
    const lower = await activateTestSubordinate(ca, root, subordinate(0));
    const own = await ownCsrBlob(ca, lower, {});
    const issuing = issueFrom(ca, lower, { Csr: own, TemplateArn: template });
    await expect(issuing).rejects.toMatchObject(refusal('InvalidArgsException', 'subordinate'));
  });

  it('renews a root that has expired, which issues nothing else', async () => {
    const short = await activateTestRoot(ca, {}, { Validity: days(1) });
    const now = time.now;
    time.now += 2 * DAY_MS;
    const own = await ownCsrBlob(ca, short, {});
    const renewed = issueFrom(ca, short, { Csr: own, TemplateArn: template, Validity: days(9) });
    await expect(renewed).resolves.toBeDefined();
    const text = 'The certificate authority is not in a valid state for issuing certificates';
    const other = issueFrom(ca, short, { Csr, Validity: { Type: 'ABSOLUTE', Value: 2e9 } });
    await expect(other).rejects.toMatchObject({ code: 'InvalidStateException', message: text });
    time.now = now;
  });
});

describe('the request', () => {
  it('must be signed by its own key', async () => {
    const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE REQUEST', Buffer.from(Csr).toString());
    const forged = Buffer.from(der);
    forged.writeUInt8((forged.at(-1) ?? 0) ^ 1, forged.length - 1);
    const blob = Buffer.from(encodePem('CERTIFICATE REQUEST', forged));
    const issuing = issueFrom(ca, root, { Csr: blob });
    await expect(issuing).rejects.toMatchObject(refusal('MalformedCSRException', 'signature'));
  });

  it('must have a subject even when ApiPassthrough gives one', async () => {
    const issuing = issueFrom(ca, root, {
      Csr: csrBlob(keys, { name: '' }),
      TemplateArn: templateArnOf('EndEntityCertificate_APIPassthrough/V1'),
      ApiPassthrough: { Subject: { CommonName: 'x' } },
    });
    await expect(issuing).rejects.toMatchObject(refusal('MalformedCSRException', 'neither'));
  });
});

describe('ApiPassthrough', () => {
  it('is ignored when the template does not pass it', async () => {
    const ApiPassthrough = { Extensions: { ExtendedKeyUsage: [{}], KeyUsage: {} }, Subject: {} };
    await expect(issueFrom(ca, root, { Csr, ApiPassthrough })).resolves.toBeDefined();
  });

  it('takes 150 custom extensions', async () => {
    const CustomExtensions = Array.from({ length: 150 }, (_, i) => {
      return {
        ObjectIdentifier: `1.2.3.${i}`,
        Value: Buffer.from('0500', 'hex').toString('base64'),
      };
    });
    const { certificate } = await issueFrom(ca, root, {
      Csr,
      TemplateArn: templateArnOf('EndEntityCertificate_APIPassthrough/V1'),
      ApiPassthrough: { Extensions: { CustomExtensions } },
    });
    expect(certificate.extensions).toHaveLength(155);
  });
});

describe('RSASSA-PSS', () => {
  const rsa = {
    CertificateAuthorityConfiguration: {
      KeyAlgorithm: 'RSA_2048',
      SigningAlgorithm: 'SHA256WITHRSA_PSS',
      Subject: { CommonName: 'PSS Root' },
    },
  };

  it.each(['SHA256', 'SHA384', 'SHA512'])(
    'signs with %s so that OpenSSL verifies it',
    async (hash) => {
      const SigningAlgorithm = `${hash}WITHRSA_PSS`;
      const arn = await activateTestRoot(ca, rsa, { SigningAlgorithm });
      const leaf = await issueFrom(ca, arn, { Csr: csrBlob(rsaKeyPair()), SigningAlgorithm });
      const issuer = new X509Certificate(leaf.chain ?? '');
      expect(issuer.verify(issuer.publicKey)).toBe(true);
      expect(new X509Certificate(leaf.pem).verify(issuer.publicKey)).toBe(true);
      const text = runOpenssl(['x509', '-noout', '-text'], Buffer.from(leaf.pem)).toString();
      expect(text).toContain('Signature Algorithm: rsassaPss');
      expect(text).toContain(`Hash Algorithm: ${hash.toLowerCase()}`);
      expect(text).toContain(`mgf1 with ${hash.toLowerCase()}`);
      expect(text).toContain('Trailer Field: 0x01 (default)');
    },
  );

  it('is refused by an authority that has an EC key', async () => {
    const wrong = issueFrom(ca, root, { Csr, SigningAlgorithm: 'SHA256WITHRSA_PSS' });
    await expect(wrong).rejects.toMatchObject({
      code: 'InvalidArgsException',
      message:
        'Signing algorithm SHA256WITHRSA_PSS cannot be used with key type EC_prime256v1. Valid signing algorithms are: SHA256WITHECDSA, SHA384WITHECDSA, SHA512WITHECDSA.',
    });
  });
});

describe('a serial number', () => {
  it('has 128 random bits', async () => {
    const serials = new Set<string>();
    for (let i = 0; i < 16; i += 1) {
      const { certificate } = await issueFrom(ca, root, { Csr });
      const magnitude = BigInt(`0x${Buffer.from(certificate.serialNumber).toString('hex')}`);
      expect(magnitude).toBeLessThan(2n ** 128n);
      serials.add(magnitude.toString());
    }
    expect(serials.size).toBe(16);
    expect([...serials].some((serial) => BigInt(serial) > 2n ** 124n)).toBe(true);
  });
});

describe('an object identifier below 2.25', () => {
  it('is issued for the largest UUID in every place where it can occur', async () => {
    const oid = '2.25.340282366920938463463374607431768211455';
    const Extensions = {
      CustomExtensions: [{ ObjectIdentifier: oid, Value: 'BQA=' }],
      ExtendedKeyUsage: [{ ExtendedKeyUsageObjectIdentifier: oid }],
      CertificatePolicies: [{ CertPolicyId: oid }],
      SubjectAlternativeNames: [{ RegisteredId: oid }],
    };
    const Subject = { CustomAttributes: [{ ObjectIdentifier: oid, Value: 'x' }] };
    const { certificate } = await issueFrom(ca, root, {
      Csr,
      TemplateArn: templateArnOf('BlankEndEntityCertificate_APIPassthrough/V1'),
      ApiPassthrough: { Subject, Extensions },
    });
    expect(certificate.extensions.map((extension) => extension.oid)).toContain(oid);
    expect(formatName(certificate.subject)).toContain(oid);
  });
});
