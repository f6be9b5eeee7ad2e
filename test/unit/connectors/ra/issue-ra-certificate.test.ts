import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { issueRaCertificate } from '../../../../src/connectors/ra/issue-ra-certificate.ts';
import { DAY_MS } from '../../../../src/durations.ts';
import { IssuerError } from '../../../../src/issuer/issuer.ts';
import { createFakeIssuer, type FakeIssuer } from '../../../support/fakes/fake-issuer.ts';
import { sampleConnector } from '../../../support/servers/sample-connector.ts';

let issuer: FakeIssuer;
beforeEach(() => {
  issuer = createFakeIssuer();
});

const issue = () => {
  const notAfter = new Date(Date.now() + DAY_MS);
  return issueRaCertificate({ issuer, randomUuid: randomUUID }, sampleConnector(), notAfter);
};

describe('issueRaCertificate', () => {
  it('asks again when an answer is lost, and gets the one certificate', async () => {
    let lost = 0;
    issuer.afterIssue = () => {
      lost += 1;
      if (lost < 3) throw new IssuerError('unanswered', 'the connection was reset');
    };
    const { certificate, privateKey } = await issue();
    expect(issuer.calls).toBe(3);
    expect(issuer.issued).toHaveLength(1);
    expect(privateKey.asymmetricKeyType).toBe('rsa');
    expect(certificate.notAfter.getTime()).toBeGreaterThan(Date.now());
  });

  it('gives up after four lost answers, and at once when the CA did nothing', async () => {
    issuer.afterIssue = () => {
      throw new IssuerError('unanswered', 'the connection was reset');
    };
    await expect(issue()).rejects.toMatchObject({ fault: 'unanswered' });
    expect(issuer.calls).toBe(4);
    expect(issuer.issued).toHaveLength(1);
    issuer.failIssuing('throttled', 1);
    await expect(issue()).rejects.toMatchObject({ fault: 'throttled' });
    expect(issuer.calls).toBe(5);
  });
});
