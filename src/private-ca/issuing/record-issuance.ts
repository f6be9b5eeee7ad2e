import { AwsError } from '../../aws-wire/aws-error.ts';
import { getEntry, putEntry, replaceEntry } from '../../store/collection.ts';
import { derSigned } from '../../x509/build-certificate.ts';
import { issuingUse, requireStatus } from '../authority/authority-status.ts';
import type { PrivateCa } from '../private-ca.ts';
import { AUTHORITY_KEY, authorities, authorityPartition } from '../records/authority-record.ts';
import {
  certificates,
  type IssuingCertificate,
  issueTokens,
  TOKEN_LIFETIME,
  tokenKey,
} from '../records/certificate-record.ts';
import { findTemplate, templateArn } from './templates.ts';

/**
 * The serial number of the certificate that a token stands for, finished if its issuer died before it could; undefined
 * when the token is new or older than five minutes. The token alone decides: as with AWS, what else the call says is
 * not compared.
 */
export async function findIssuance(
  ca: PrivateCa,
  authorityId: string,
  idempotencyToken: string,
): Promise<string | undefined> {
  const partition = authorityPartition(authorityId);
  const token = await getEntry(ca.store, partition, issueTokens, tokenKey(idempotencyToken));
  if (token === undefined) return undefined;
  await finishIssuance(ca, authorityId, token.value.serial);
  return token.value.serial;
}

/**
 * Records what is to be signed, signs it, records the certificate. A process that dies in between leaves the first record,
 * and a repeat of the call with the same token signs the same bytes. Of calls at once with one token the first to
 * commit decides, and all give its serial number.
 */
export async function recordIssuance(
  ca: PrivateCa,
  authorityId: string,
  serial: string,
  issuing: IssuingCertificate,
  idempotencyToken: string | undefined,
): Promise<string> {
  const intent = putEntry(certificates, serial, issuing, { condition: 'absent' });
  const expiresAt = issuing.requestedAt + TOKEN_LIFETIME;
  const token =
    idempotencyToken === undefined
      ? []
      : [
          putEntry(
            issueTokens,
            tokenKey(idempotencyToken),
            { serial },
            { condition: 'absent', expiresAt },
          ),
        ];
  const partition = authorityPartition(authorityId);
  const { outcome } = await ca.store.commit(partition, [...token, intent]);
  if (outcome === 'committed') {
    await finishIssuance(ca, authorityId, serial);
    return serial;
  }
  const winner = idempotencyToken && (await findIssuance(ca, authorityId, idempotencyToken));
  if (winner) return winner;
  throw new AwsError('ConcurrentModificationException', 'The call met another one; repeat it');
}

/**
 * Signs a recorded certificate unless it is signed already. ECDSA is random: the first signature stored is the one.
 * @throws AwsError InvalidStateException when the authority may no longer issue it
 */
async function finishIssuance(ca: PrivateCa, authorityId: string, serial: string): Promise<void> {
  const partition = authorityPartition(authorityId);
  const entry = await getEntry(ca.store, partition, certificates, serial);
  if (entry === undefined) throw new Error(`the certificate ${serial} is not recorded`);
  if (entry.value.state === 'issued') return;
  const { tbs, signingAlgorithm, templateName } = entry.value;
  const key = await ca.signingKeys.get(authorityId);
  const certificate = derSigned(tbs, signingAlgorithm, await key.sign(signingAlgorithm, tbs));
  await requireIssuing(ca, authorityId, templateName);
  const issued = { state: 'issued' as const, templateName, certificate, issuedAt: ca.clock() };
  // A conflict means that another call has signed it meanwhile; its certificate stands.
  await ca.store.commit(partition, [replaceEntry(certificates, entry, issued)]);
}

/**
 * Keys may be slow: what was signed for an authority that was disabled meanwhile leaves this process no more. A repeat with the
 * same token once the authority is enabled again signs the same bytes.
 */
async function requireIssuing(ca: PrivateCa, authorityId: string, templateName: string) {
  const partition = authorityPartition(authorityId);
  const entry = await getEntry(ca.store, partition, authorities, AUTHORITY_KEY);
  if (entry === undefined) throw new Error(`the authority ${authorityId} is gone`);
  requireStatus(entry.value, issuingUse(findTemplate(templateArn(templateName))), ca.clock());
}
