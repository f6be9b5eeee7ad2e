import { isUnfinished } from './authority-record.ts';
import { findStoredAuthority } from './find-authority.ts';
import type { PrivateCa } from './private-ca.ts';
import { recentRevocationList } from './recent-revocation-list.ts';

/**
 * The authority's complete CRL, DER, as `recentRevocationList`.
 * @throws AwsError InvalidArnException, ResourceNotFoundException
 */
export async function currentRevocationList(
  ca: PrivateCa,
  authorityArn: string,
): Promise<Uint8Array | undefined> {
  const { value: authority } = await findStoredAuthority(ca, authorityArn);
  if (isUnfinished(authority)) return undefined;
  return (await recentRevocationList(ca, authority))?.crl;
}
