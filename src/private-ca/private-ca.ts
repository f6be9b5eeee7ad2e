import {
  type AuditReportWriter,
  createAuditReportWriter,
} from './audit-report/audit-report-writer.ts';
import {
  type AuthorityCreation,
  createAuthorityCreation,
  type KeyMaking,
} from './authority/authority-creation.ts';
import { type Buckets, createRecordObjectStore, type ObjectStore } from './buckets/object-store.ts';
import { type Crls, createCrls } from './crl/crls.ts';
import { type CaSigningKeys, createCaSigningKeys } from './keys/ca-signing-keys.ts';
import type { CaContext } from './model/ca-context.ts';
import { createOcspResponder, type OcspResponder } from './ocsp/ocsp-responder.ts';
import {
  createDistributionPoints,
  type DistributionPoints,
} from './revocation/distribution-points.ts';

export interface PrivateCaDependencies extends CaContext, KeyMaking {
  /**
   * The buckets that RevocationConfigurations and audit reports name. Without them, CRLs and
   * reports stay in the store.
   */
  readonly buckets?: Buckets;
}

/** The whole private CA, for its actions: the context and the parts that keep state in memory. */
export interface PrivateCa extends PrivateCaDependencies {
  readonly signingKeys: CaSigningKeys;
  readonly creation: AuthorityCreation;
  readonly distributionPoints: DistributionPoints;
  readonly crls: Crls;
  readonly ocspResponder: OcspResponder;
  readonly auditReportWriter: AuditReportWriter;
  /** The store that audit reports are put into. */
  readonly objects: ObjectStore;
}

/**
 * The embedded private CA over a record store. Open it once per process: its parts cache keys, CRLs
 * and OCSP answers.
 */
export function openPrivateCa(dependencies: PrivateCaDependencies): PrivateCa {
  const signing = { ...dependencies, signingKeys: createCaSigningKeys(dependencies) };
  const objects = dependencies.buckets ?? createRecordObjectStore(dependencies.store);
  return {
    ...signing,
    creation: createAuthorityCreation(dependencies),
    distributionPoints: createDistributionPoints(dependencies),
    crls: createCrls(signing),
    ocspResponder: createOcspResponder(signing),
    auditReportWriter: createAuditReportWriter({ ...dependencies, objects }),
    objects,
  };
}
