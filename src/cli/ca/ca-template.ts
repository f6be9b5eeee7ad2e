import { UsageError } from '../../config/usage-error.ts';
import type { ApiInput } from '../api/api-service.ts';

/** Templates of AWS Private CA know the path lengths 0 to 3. */
const MAX_PATH_LENGTH = 3;
/** A blank template takes its key usage from the request; this is that of RootCACertificate. */
const CA_KEY_USAGE = { DigitalSignature: true, KeyCertSign: true, CRLSign: true };

/**
 * The template for a CA certificate, by its name, and what IssueCertificate needs with it.
 * @param pathLength undefined for no limit, which only a root may have
 * @throws UsageError when no template makes such a certificate
 */
export function caTemplate(
  isRoot: boolean,
  pathLength: number | undefined,
): { readonly name: string; readonly input: ApiInput } {
  if (isRoot && pathLength === undefined) return { name: 'RootCACertificate', input: {} };
  if (pathLength === undefined || pathLength > MAX_PATH_LENGTH) {
    const [has, choose] = [
      pathLength === undefined ? 'no limit to its path length' : `the path length ${pathLength}`,
      isRoot ? '' : 'choose another with --path-length, or ',
    ];
    throw new UsageError(
      `the certificate of the CA has ${has}, which no template gives: ${choose}install one from elsewhere with --certificate`,
    );
  }
  if (!isRoot) return { name: `SubordinateCACertificate_PathLen${pathLength}`, input: {} };
  return {
    name: `BlankRootCACertificate_PathLen${pathLength}_APIPassthrough`,
    input: { ApiPassthrough: { Extensions: { KeyUsage: CA_KEY_USAGE } } },
  };
}
