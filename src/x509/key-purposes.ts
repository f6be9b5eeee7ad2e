import { OID } from '../asn1/object-identifiers.ts';

/**
 * Purposes of extKeyUsage that are common on devices, and let their holder only authenticate,
 * encrypt or sign for itself.
 */
export const DEVICE_PURPOSES: ReadonlySet<string> = new Set([
  OID.serverAuth,
  OID.clientAuth,
  OID.emailProtection,
  OID.ipsecEndSystem,
  OID.ipsecTunnel,
  OID.ipsecUser,
  OID.ipsecIke,
  OID.ikeIntermediate,
  OID.eapOverPpp,
  OID.eapOverLan,
  OID.microsoftDocumentEncryption,
]);

/**
 * Purposes that act for a CA, vouch for code, documents or time, log in as a user, or open what
 * others encrypted; by a short name without spaces.
 */
export const PRIVILEGED_PURPOSES = {
  anyExtendedKeyUsage: OID.anyExtendedKeyUsage,
  anyApplicationPolicy: OID.microsoftAnyApplicationPolicy,
  codeSigning: OID.codeSigning,
  kernelModeCodeSigning: OID.kernelModeCodeSigning,
  timeStamping: OID.timeStamping,
  documentSigning: OID.documentSigning,
  OCSPSigning: OID.ocspSigning,
  smartcardLogon: OID.smartcardLogon,
  pkinitClient: OID.kerberosClient,
  pkinitKdc: OID.kerberosKdc,
  certificateRequestAgent: OID.certificateRequestAgent,
  cmcCA: OID.cmcCa,
  cmcRA: OID.cmcRa,
  cmcArchive: OID.cmcArchive,
  cmKGA: OID.cmKga,
  encryptingFileSystem: OID.encryptingFileSystem,
  efsRecovery: OID.efsRecovery,
  keyRecovery: OID.keyRecovery,
  keyRecoveryAgent: OID.keyRecoveryAgent,
  caExchange: OID.caExchange,
  qualifiedSubordination: OID.qualifiedSubordination,
  trustListSigning: OID.trustListSigning,
  rootListSigner: OID.rootListSigner,
  directoryReplication: OID.directoryReplication,
  endorsementKey: OID.endorsementKey,
} as const satisfies Readonly<Record<string, string>>;

const NAMES = new Map<string, string>(
  Object.entries(PRIVILEGED_PURPOSES).map(([name, oid]) => [oid, name]),
);

/** The purpose's name in PRIVILEGED_PURPOSES, or else the dotted object identifier itself. */
export function purposeName(oid: string): string {
  return NAMES.get(oid) ?? oid;
}
