import { getEntry, putEntry } from '../store/collection.ts';
import { basicConstraintsExtension } from '../x509/basic-constraints.ts';
import { derSigned } from '../x509/build-certificate.ts';
import { derCertificationRequestInfo } from '../x509/build-certification-request.ts';
import type { SigningAlgorithm } from '../x509/signing-algorithm.ts';
import type { Asn1Subject } from './asn1-subject.ts';
import { derAsn1Subject } from './asn1-subject.ts';
import type { AuthorityRecord } from './authority-record.ts';
import {
  AUTHORITY_KEY,
  authorities,
  authorityKeySealContext,
  authorityKeys,
  authorityPartition,
} from './authority-record.ts';
import type { KeyAlgorithm } from './key-algorithms.ts';
import { KEY_ALGORITHMS } from './key-algorithms.ts';
import type { PrivateCa } from './private-ca.ts';
import { authorityArn } from './private-ca-arns.ts';
import { localSigningKey } from './signing-key.ts';

export interface AuthorityConfiguration {
  readonly keyAlgorithm: KeyAlgorithm;
  /** Of the key's family. */
  readonly signingAlgorithm: SigningAlgorithm;
  readonly subject: Asn1Subject;
}

/**
 * Makes a root authority under a given id: its key, sealed, and its certificate signing request, in one commit. Does nothing
 * when the id has an authority already, so a caller that chose the id before it died can simply try again.
 */
export async function createAuthority(
  ca: PrivateCa,
  id: string,
  configuration: AuthorityConfiguration,
): Promise<void> {
  const partition = authorityPartition(id);
  if (await getEntry(ca.store, partition, authorities, AUTHORITY_KEY)) return;
  const { keyAlgorithm, signingAlgorithm, subject } = configuration;
  const { publicKey, privateKey } = await KEY_ALGORITHMS[keyAlgorithm].generate();
  const subjectPublicKeyInfo = publicKey.export({ format: 'der', type: 'spki' });
  const info = derCertificationRequestInfo({
    subject: derAsn1Subject(subject),
    subjectPublicKeyInfo,
    extensions: [basicConstraintsExtension({ ca: true }, true)],
  });
  const signature = await localSigningKey(privateKey).sign(signingAlgorithm, info);
  const now = ca.clock();
  const authority: AuthorityRecord = {
    arn: authorityArn(ca.scope, id),
    id,
    accountId: ca.scope.accountId,
    type: 'ROOT',
    status: 'PENDING_CERTIFICATE',
    keyAlgorithm,
    signingAlgorithm,
    subject,
    subjectPublicKeyInfo,
    csr: derSigned(info, signingAlgorithm, signature),
    createdAt: now,
    lastStateChangeAt: now,
  };
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const key = { sealedPrivateKey: ca.sealer.seal(pkcs8, authorityKeySealContext(id)) };
  pkcs8.fill(0);
  // A conflict means that the id has an authority, the result that was wanted.
  await ca.store.commit(partition, [
    putEntry(authorities, AUTHORITY_KEY, authority, { condition: 'absent' }),
    putEntry(authorityKeys, AUTHORITY_KEY, key, { condition: 'absent' }),
  ]);
}
