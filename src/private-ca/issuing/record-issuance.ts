import { AwsError } from '../../aws-wire/aws-error.ts';
import { getEntry, putEntry, replaceEntry } from '../../store/collection.ts';
import { derSigned } from '../../x509/build-certificate.ts';
import { issuingUse, requireStatus } from '../authority/authority-status.ts';
import type { SigningContext } from '../keys/ca-signing-keys.ts';
import { AUTHORITY_KEY, authorities, authorityPartition } from '../records/authority-record.ts';
import {
  certificates,
  type IssuingRecord,
  issueTokens,
  TOKEN_LIFETIME_MS,
  tokenKey,
} from '../records/certificate-record.ts';
import { findTemplate, templateArnOf } from './templates.ts';

/**
 * The serial number of the certificate that was issued for a token; undefined when the token is new
 * or older than five minutes. Signs the certificate if the process that recorded it has died. As at
 * AWS the token alone decides: other members of the call are not compared.
 */
export async function findIssuance(
  ca: SigningContext,
  authorityId: string,
  idempotencyToken: string,
): Promise<string | undefined> {
  const partition = authorityPartition(authorityId);
  const token = await getEntry(ca.store, partition, issueTokens, tokenKey(idempotencyToken));
  if (token === undefined) return undefined;
  await finishIssuance(ca, authorityId, token.value.serial);
  return token.value.serial;
}

interface NewIssuance {
  /** 32 lower-case hexadecimal digits. */
  readonly serial: string;
  readonly issuing: IssuingRecord;
  readonly idempotencyToken: string | undefined;
}

/**
 * Records what is to be signed, signs it and records the certificate. When the process dies in
 * between, a repeat of the call with the same token signs the same bytes. Of concurrent calls with
 * one token, the first to commit decides, and all return its serial number.
 */
export async function recordIssuance(
  ca: SigningContext,
  authorityId: string,
  { serial, issuing, idempotencyToken }: NewIssuance,
): Promise<string> {
  const intent = putEntry(certificates, serial, issuing, { condition: 'absent' });
  const token =
    idempotencyToken === undefined ? [] : [putToken(idempotencyToken, serial, issuing.requestedAt)];
  const partition = authorityPartition(authorityId);
  const { outcome } = await ca.store.commit(partition, [...token, intent]);
  if (outcome === 'committed') {
    await finishIssuance(ca, authorityId, serial);
    return serial;
  }
  const winner = idempotencyToken && (await findIssuance(ca, authorityId, idempotencyToken));
  if (winner) return winner;
  throw new AwsError(
    'ConcurrentModificationException',
    'A concurrent call changed the same record; call again',
  );
}

function putToken(idempotencyToken: string, serial: string, requestedAt: number) {
  const options = { condition: 'absent', expiresAt: requestedAt + TOKEN_LIFETIME_MS } as const;
  return putEntry(issueTokens, tokenKey(idempotencyToken), { serial }, options);
}

/**
 * Signs a recorded certificate unless it is signed already. ECDSA signatures differ each time; the
 * first one that is stored counts.
 * @throws AwsError InvalidStateException when the authority may no longer issue it
 */
async function finishIssuance(
  ca: SigningContext,
  authorityId: string,
  serial: string,
): Promise<void> {
  const partition = authorityPartition(authorityId);
  const entry = await getEntry(ca.store, partition, certificates, serial);
  if (entry === undefined) throw new Error(`the certificate ${serial} is not recorded`);
  if (entry.value.state === 'issued') return;
  const { tbs, signingAlgorithm, templateName } = entry.value;
  const key = await ca.signingKeys.get(authorityId);
  const certificate = derSigned(tbs, signingAlgorithm, await key.sign(signingAlgorithm, tbs));
  await requireIssuing(ca, authorityId, templateName);
  const issued = { state: 'issued' as const, templateName, certificate, issuedAt: ca.clock() };
  // On a conflict another call has signed it meanwhile; its certificate counts.
  await ca.store.commit(partition, [replaceEntry(certificates, entry, issued)]);
}

/**
 * Refuses a certificate whose authority was disabled while a slow key signed. When the authority is
 * enabled again, a repeat with the same token signs the same bytes.
 */
async function requireIssuing(ca: SigningContext, authorityId: string, templateName: string) {
  const partition = authorityPartition(authorityId);
  const entry = await getEntry(ca.store, partition, authorities, AUTHORITY_KEY);
  if (entry === undefined) throw new Error(`the authority ${authorityId} is gone`);
  requireStatus(entry.value, issuingUse(findTemplate(templateArnOf(templateName))), ca.clock());
}
