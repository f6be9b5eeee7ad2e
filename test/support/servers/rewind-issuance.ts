import { authorityIdOf } from '../../../src/private-ca/model/private-ca-arns.ts';
import type { PrivateCa } from '../../../src/private-ca/private-ca.ts';
import { authorityPartition } from '../../../src/private-ca/records/authority-record.ts';
import {
  certificates,
  type IssuingRecord,
} from '../../../src/private-ca/records/certificate-record.ts';
import { getEntry, replaceEntry } from '../../../src/store/collection.ts';
import { parseCertificate } from '../../../src/x509/parse-certificate.ts';
import type { SigningAlgorithm } from '../../../src/x509/signing-algorithm.ts';

/**
 * Turns the record of an issued certificate into that which an earlier version left when it died
 * between its two commits. @returns the TBSCertificate that is left to sign
 */
export async function rewindIssuance(
  ca: PrivateCa,
  authorityArn: string,
  serial: string,
  signingAlgorithm: SigningAlgorithm,
): Promise<Uint8Array> {
  const partition = authorityPartition(authorityIdOf(ca.scope, authorityArn));
  const entry = await getEntry(ca.store, partition, certificates, serial);
  if (entry?.value.state !== 'issued') throw new Error(`${serial} is not issued`);
  const { templateName, certificate, issuedAt } = entry.value;
  const { tbs } = parseCertificate(certificate);
  const rewound: IssuingRecord = {
    ...{ state: 'issuing', templateName, tbs },
    ...{ signingAlgorithm, requestedAt: issuedAt },
  };
  await ca.store.commit(partition, [replaceEntry(certificates, entry, rewound)]);
  return tbs;
}
