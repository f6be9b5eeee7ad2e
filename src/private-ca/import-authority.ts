import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { AwsError } from '../aws-wire/aws-error.ts';
import { getEntry, putEntry } from '../store/collection.ts';
import { basicConstraintsExtension } from '../x509/basic-constraints.ts';
import { derSigned } from '../x509/build-certificate.ts';
import { derCertificationRequestInfo } from '../x509/build-certification-request.ts';
import { isIssuedBy } from '../x509/is-issued-by.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import type { Crl } from '../x509/parse-crl.ts';
import { importPublicKey } from '../x509/public-key.ts';
import { signingAlgorithmFor } from '../x509/signing-algorithm.ts';
import { claimAuthorityId } from './authority/authority-index.ts';
import { authorityTags } from './authority/authority-tags.ts';
import { noteIssuerKey } from './authority/issuer-keys.ts';
import { checkAuthorityCertificate } from './issuing/check-authority-certificate.ts';
import { checkRootCertificate, checkSubordinateChain } from './issuing/check-authority-chain.ts';
import { sealKey } from './keys/sealed-key-store.ts';
import { localSigningKey } from './keys/signing-key.ts';
import type { CaContext } from './model/ca-context.ts';
import { keyAlgorithmOf } from './model/key-algorithms.ts';
import { authorityArn } from './model/private-ca-arns.ts';
import {
  changeRevocation,
  type RevocationConfiguration,
} from './model/revocation-configuration.ts';
import { subjectOfName } from './model/subject-of-name.ts';
import {
  AUTHORITY_KEY,
  type AuthorityRecord,
  authorities,
  authorityKeys,
  authorityPartition,
} from './records/authority-record.ts';
import { installedCertificate } from './records/installed-certificate.ts';
import { noteCrlBucket } from './revocation/crl-bucket.ts';
import { importRevocations } from './revocation/import-revocations.ts';

/** An authority that another program has operated until now. */
export interface ForeignAuthority {
  readonly privateKey: KeyObject;
  readonly certificate: Certificate;
  /** From its issuer up to the root; empty for a root. */
  readonly chain: readonly Certificate[];
  /** Its last CRL: the certificates that it names stay revoked. */
  readonly crl?: Crl | undefined;
  readonly revocation?: RevocationConfiguration | undefined;
}

export interface ImportedAuthority {
  readonly arn: string;
  /** False when the key had been imported before; then nothing was changed. */
  readonly isNew: boolean;
}

/**
 * Takes over an authority with its key, which is sealed in the store. The authority is ACTIVE. AWS
 * has no such action. Certificates get random serial numbers of 128 bits; CRLs get numbers above
 * the old ones, at least the milliseconds since the epoch.
 * @throws AwsError when the parts do not belong together or cannot be an authority here
 */
export async function importAuthority(
  ca: CaContext,
  foreign: ForeignAuthority,
): Promise<ImportedAuthority> {
  const { privateKey, certificate } = foreign;
  const keyAlgorithm = keyAlgorithmOf(privateKey);
  checkParts(foreign, ca.clock());
  const parts = await recordParts(foreign);
  const fingerprint = createHash('sha256').update(certificate.subjectPublicKeyInfo).digest('hex');
  const id = await claimAuthorityId(ca, { kind: 'name', name: `import-${fingerprint}` });
  const [partition, arn] = [authorityPartition(id), authorityArn(ca.scope, id)];
  if (await getEntry(ca.store, partition, authorities, AUTHORITY_KEY)) return { arn, isNew: false };
  const authority: AuthorityRecord = {
    ...{ arn, id, accountId: ca.scope.accountId, keyAlgorithm },
    ...parts,
    status: 'ACTIVE',
    createdAt: ca.clock(),
    lastStateChangeAt: ca.clock(),
  };
  await noteIssuerKey(ca, authority);
  await noteCrlBucket(ca, id, authority.revocation);
  const crlWrites = await importRevocations(ca, authority, foreign.crl);
  const { outcome } = await ca.store.commit(partition, [
    putEntry(authorities, AUTHORITY_KEY, authority, { condition: 'absent' }),
    putEntry(authorityKeys, AUTHORITY_KEY, sealKey(ca.sealer, privateKey, id)),
    putEntry(authorityTags, AUTHORITY_KEY, {}),
    ...crlWrites,
  ]);
  return { arn, isNew: outcome === 'committed' };
}

async function recordParts({ privateKey, certificate, chain, revocation }: ForeignAuthority) {
  const { subject, subjectPublicKeyInfo } = certificate;
  const signingAlgorithm = signingAlgorithmFor(privateKey);
  // Its next certificate must have exactly the encoded name of this one.
  const info = derCertificationRequestInfo({
    ...{ subject, subjectPublicKeyInfo },
    extensions: [basicConstraintsExtension({ ca: true }, true)],
  });
  const signature = await localSigningKey(privateKey).sign(signingAlgorithm, info);
  return {
    type: chain.length === 0 ? ('ROOT' as const) : ('SUBORDINATE' as const),
    signingAlgorithm,
    subject: subjectOfName(subject),
    revocation: changeRevocation(undefined, revocation),
    subjectPublicKeyInfo,
    csr: derSigned(info, signingAlgorithm, signature),
    installed: installedCertificate(certificate, chain),
  };
}

function checkParts({ privateKey, certificate, chain, crl }: ForeignAuthority, now: number): void {
  try {
    const certified = importPublicKey(certificate.subjectPublicKeyInfo);
    if (!certified.equals(createPublicKey(privateKey))) {
      throw refused('CertificateMismatchException', 'the key is not that of the certificate');
    }
    if (chain.length === 0) checkRootCertificate(certificate);
    else checkSubordinateChain(certificate, chain);
    for (const each of [certificate, ...chain]) checkAuthorityCertificate(each);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const reason = `the certificate is malformed: ${error.message}`;
    throw refused('MalformedCertificateException', reason);
  }
  if (certificate.notAfter.getTime() < now) {
    throw refused('InvalidRequestException', 'the certificate has expired');
  }
  if (crl === undefined) return;
  if (!isIssuedBy(crl, certificate)) {
    throw refused('InvalidRequestException', 'the CRL was not signed by the authority');
  }
  // A delta CRL (such as ca+.crl of AD CS) or one of several CRLs is not enough: certificates that
  // only the others name would become good again.
  if (crl.extensions.some(({ critical }) => critical)) {
    throw refused('InvalidRequestException', 'the CRL is not complete; provide the complete one');
  }
}

function refused(
  code:
    | 'CertificateMismatchException'
    | 'InvalidRequestException'
    | 'MalformedCertificateException',
  reason: string,
): AwsError {
  return new AwsError(code, `The authority is refused: ${reason}`);
}
