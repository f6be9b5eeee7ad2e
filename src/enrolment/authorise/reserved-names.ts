import { raSubject } from '../../connectors/ra/issue-ra-certificate.ts';
import type { RaIdentitySet } from '../../connectors/ra/ra-identities.ts';
import { Refusal } from '../../scep/refusal.ts';
import { parseName } from '../../x509/distinguished-name.ts';
import { isSameName } from '../../x509/is-same-name.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';

const CONNECTOR_ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/**
 * Refuses the name of the connector's CA, of a CA above it, and of an RA. Relying parties find the
 * issuer of a certificate or CRL by its name.
 * @param path the certificate of the CA and those above it
 * @throws Refusal 'name-not-allowed'
 */
export function requireUnreservedSubject(
  subject: Uint8Array,
  path: readonly Certificate[],
  raIdentities: RaIdentitySet,
): void {
  // The issuer of the last one, too: a chain may end below the root.
  const authorities = path.flatMap((authority) => [authority.subject, authority.issuer]);
  const ras = raIdentities.usable.map((identity) => identity.certificate.subject);
  const reserved = [...authorities, ...ras, ...raNames(subject)];
  if (reserved.every((name) => !isSameName(name, subject))) return;
  throw new Refusal('name-not-allowed', 'it is the name of a CA or of an RA');
}

/** The names of the RAs of the connectors that a subject mentions; another may have the same CA. */
function raNames(subject: Uint8Array): Uint8Array[] {
  const text = parseName(subject)
    .flat()
    .map(({ value }) => value);
  return text.flatMap((value) => {
    const [id] = CONNECTOR_ID.exec(value.normalize('NFKC')) ?? [];
    return id === undefined ? [] : [raSubject(id.toLowerCase())];
  });
}
