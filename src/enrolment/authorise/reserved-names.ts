import type { ConnectorRecord } from '../../connectors/connector-record.ts';
import { raSubject } from '../../connectors/ra/issue-ra-certificate.ts';
import type { RaIdentitySet } from '../../connectors/ra/ra-identities.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { Refusal } from '../../scep/refusal.ts';
import { parseName } from '../../x509/distinguished-name.ts';
import { isSameName } from '../../x509/is-same-name.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';

const CONNECTOR_ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/**
 * The names, DER, of the connector's CA, of every CA above it, and of the connector's RA. Relying
 * parties find the issuer of a certificate or CRL by its name, so no device may have one of them.
 * @throws IssuerError
 */
export async function findReservedNames(
  issuer: Issuer,
  {
    connector,
    raIdentities,
  }: { readonly connector: ConnectorRecord; readonly raIdentities: RaIdentitySet },
): Promise<readonly Uint8Array[]> {
  const { certificate, chain } = await issuer.describeAuthority(connector.certificateAuthorityArn);
  // The issuer of the last one, too: a chain may end below the root.
  const authorities = [certificate, ...chain]
    .map(parseCertificate)
    .flatMap(({ subject, issuer }) => [subject, issuer]);
  return [...authorities, ...raIdentities.usable.map((identity) => identity.certificate.subject)];
}

/** @throws Refusal 'name-not-allowed' */
export function requireUnreservedSubject(
  subject: Uint8Array,
  reserved: readonly Uint8Array[],
): void {
  const names = [...reserved, ...raNames(subject)];
  if (names.every((name) => !isSameName(name, subject))) return;
  throw new Refusal('name-not-allowed', 'it is the name of a CA or of an RA');
}

/** The names of the RAs of the connectors that a subject mentions; another may have the same CA. */
function raNames(subject: Uint8Array): Uint8Array[] {
  const text = parseName(subject)
    .flat()
    .map(({ value }) => value);
  return text.flatMap((value) => {
    const [id] = CONNECTOR_ID.exec(value) ?? [];
    return id === undefined ? [] : [raSubject(id.toLowerCase())];
  });
}
