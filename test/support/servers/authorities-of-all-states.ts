import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { KeyStoreError } from '../../../src/private-ca/keys/key-store.ts';
import type { PrivateCa } from '../../../src/private-ca/private-ca.ts';
import { authorityPartition } from '../../../src/private-ca/records/authority-record.ts';
import { certificates } from '../../../src/private-ca/records/certificate-record.ts';
import { putEntry } from '../../../src/store/collection.ts';
import { ecKeyPair } from '../keys/sample-keys.ts';
import { createTestAuthority, ROOT_INPUT } from './create-test-authority.ts';
import { activateTestRoot, csrBlob } from './issuing-ca.ts';
import type { RunningPrivateCaApi } from './start-private-ca-api.ts';

interface Authority {
  readonly CertificateAuthorityArn: string;
}

/** Authorities and certificates in every state that an action may refuse. */
export interface AuthoritiesOfAllStates {
  /** Has a permission for its own account, and an audit report that is less than a minute old. */
  readonly active: Authority;
  /** Has the largest number of tags and permissions. */
  readonly pending: Authority;
  /** Stays in this state while the API runs. */
  readonly creating: Authority;
  readonly failed: Authority;
  readonly deleted: Authority;
  /** PEM, of `active`. */
  readonly certificate: string;
  /** Serial numbers of certificates of `active`: 32 hexadecimal digits. */
  readonly issued: string;
  readonly revoked: string;
  readonly unfinished: string;
  /** Of `certificate`. */
  readonly own: string;
}

export const ACM = 'acm.amazonaws.com';
export const REPORT = { S3BucketName: 'reports', AuditReportResponseFormat: 'JSON' };
/** PEM. */
export const SAMPLE_CSR = Buffer.from(csrBlob(ecKeyPair())).toString();

/** Six authorities. */
export async function makeAuthoritiesOfAllStates(
  api: RunningPrivateCaApi,
): Promise<AuthoritiesOfAllStates> {
  const { ca } = api;
  const active = { CertificateAuthorityArn: await activateTestRoot(ca) };
  await permit(ca, active, '111122223333');
  await ACTIONS.CreateCertificateAuthorityAuditReport(ca, { ...active, ...REPORT });
  const { Certificate: certificate } = await ACTIONS.GetCertificateAuthorityCertificate(ca, active);
  const { CertificateAuthority } = await ACTIONS.DescribeCertificateAuthority(ca, active);
  return {
    ...{ active, certificate },
    own: BigInt(CertificateAuthority.Serial ?? 0).toString(16),
    issued: await issue(ca, active),
    revoked: await revoke(ca, active, await issue(ca, active)),
    unfinished: await leaveUnfinished(ca, active),
    pending: await fillUp(ca, await createTestAuthority(ca)),
    deleted: await createDeleted(ca),
    failed: await createFailed(api),
    creating: await createForEver(api),
  };
}

async function createDeleted(ca: PrivateCa): Promise<Authority> {
  const authority = await createTestAuthority(ca);
  await ACTIONS.DeleteCertificateAuthority(ca, authority);
  return authority;
}

function createFailed({ ca, beforeNextKey }: RunningPrivateCaApi): Promise<Authority> {
  const noKey = new KeyStoreError('unsupported', 'the token makes no such keys');
  beforeNextKey(() => Promise.reject(noKey));
  return createTestAuthority(ca);
}

function createForEver({ ca, beforeNextKey }: RunningPrivateCaApi): Promise<Authority> {
  beforeNextKey(() => new Promise(() => undefined));
  return ACTIONS.CreateCertificateAuthority(ca, ROOT_INPUT);
}

async function issue(ca: PrivateCa, authority: Authority): Promise<string> {
  const { CertificateArn } = await ACTIONS.IssueCertificate(ca, {
    ...{ ...authority, Csr: Buffer.from(SAMPLE_CSR), SigningAlgorithm: 'SHA256WITHECDSA' },
    Validity: { Type: 'DAYS', Value: 1 },
  });
  return CertificateArn.slice(-32);
}

async function revoke(ca: PrivateCa, authority: Authority, serial: string): Promise<string> {
  const reason = { CertificateSerial: serial, RevocationReason: 'SUPERSEDED' };
  await ACTIONS.RevokeCertificate(ca, { ...authority, ...reason });
  return serial;
}

/** Leaves the records of a process that died while issuing. */
async function leaveUnfinished(ca: PrivateCa, { CertificateAuthorityArn: arn }: Authority) {
  const serial = '0123456789abcdef'.repeat(2);
  const issuing = {
    ...{ state: 'issuing' as const, templateName: 'EndEntityCertificate/V1' },
    ...{ tbs: Buffer.alloc(1), signingAlgorithm: 'SHA256WITHECDSA' as const, requestedAt: 0 },
  };
  const partition = authorityPartition(arn.slice(-36));
  await ca.store.commit(partition, [putEntry(certificates, serial, issuing)]);
  return serial;
}

async function fillUp(ca: PrivateCa, authority: Authority): Promise<Authority> {
  const Tags = Array.from({ length: 50 }, (_, i) => ({ Key: `tag ${i}`, Value: `${i}` }));
  await ACTIONS.TagCertificateAuthority(ca, { ...authority, Tags });
  for (let i = 0; i < 100; i += 1) await permit(ca, authority, String(i).padStart(12, '0'));
  return authority;
}

async function permit(ca: PrivateCa, authority: Authority, SourceAccount: string): Promise<void> {
  const permission = { Principal: ACM, SourceAccount, Actions: ['GetCertificate'] };
  await ACTIONS.CreatePermission(ca, { ...authority, ...permission });
}
