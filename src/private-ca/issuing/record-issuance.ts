import { equalBytes } from '../../asn1/equal-bytes.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { addedMembers } from '../../store/added-members.ts';
import { getEntry, putEntry, replaceEntry } from '../../store/collection.ts';
import { issuingUse, requireStatus } from '../authority/authority-status.ts';
import type { SigningContext } from '../keys/ca-signing-keys.ts';
import { notFound } from '../model/private-ca-arns.ts';
import {
  AUTHORITY_KEY,
  authorities,
  authorityPartition,
  isUnfinished,
} from '../records/authority-record.ts';
import {
  certificates,
  type IssuedRecord,
  issueTokens,
  TOKEN_LIFETIME_MS,
  tokenKey,
} from '../records/certificate-record.ts';
import { type MadeCertificate, signTbs } from './make-certificate.ts';
import { findTemplate, templateArnOf } from './templates.ts';

/**
 * Puts a certificate on record with its token, in one commit: from then on it is issued. Of
 * concurrent calls with one token, the first to commit decides.
 * @returns the serial number that the token stands for; another call's certificate has another
 * @throws AwsError InvalidStateException when the authority was disabled while a slow key signed
 */
export async function recordIssuance(
  ca: SigningContext,
  authorityId: string,
  { serial, templateName, certificate }: MadeCertificate,
  idempotencyToken: string | undefined,
): Promise<string> {
  await requireIssuing(ca, authorityId, templateName);
  const issuedAt = ca.clock();
  const issued: IssuedRecord = { state: 'issued', templateName, certificate, issuedAt };
  const { outcome } = await ca.store.commit(authorityPartition(authorityId), [
    ...(idempotencyToken === undefined ? [] : [putToken(idempotencyToken, serial, issuedAt)]),
    putEntry(certificates, serial, issued, { condition: 'absent' }),
  ]);
  if (outcome === 'committed') return serial;
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

/** Whether the authority has this very certificate on record. */
export async function isRecorded(
  { store }: Pick<SigningContext, 'store'>,
  authorityId: string,
  { serial, certificate }: Omit<MadeCertificate, 'templateName'>,
): Promise<boolean> {
  const entry = await getEntry(store, authorityPartition(authorityId), certificates, serial);
  return entry?.value.state === 'issued' && equalBytes(entry.value.certificate, certificate);
}

/**
 * The serial number of the certificate that was issued for a token; undefined when the token is new
 * or older than five minutes. As at AWS the token alone decides: other members of the call are not
 * compared.
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

/**
 * Signs what an earlier version put on record before it signed and died, unless that is done. ECDSA
 * signatures differ each time; the first one that is stored counts.
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
  const { subjectPublicKeyInfo } = await requireIssuing(ca, authorityId, templateName);
  const signer = { id: authorityId, subjectPublicKeyInfo };
  const certificate = await signTbs(ca, signer, signingAlgorithm, tbs);
  await requireIssuing(ca, authorityId, templateName);
  const issued = {
    ...addedMembers(certificates, entry.value),
    ...{ state: 'issued' as const, templateName, certificate, issuedAt: ca.clock() },
  };
  // On a conflict another call has signed it meanwhile; its certificate counts.
  await ca.store.commit(partition, [replaceEntry(certificates, entry, issued)]);
}

/**
 * The authority, which may have been disabled while a slow key signed.
 * @throws AwsError InvalidStateException when it may not issue from the template
 */
async function requireIssuing(ca: SigningContext, authorityId: string, templateName: string) {
  const partition = authorityPartition(authorityId);
  const entry = await getEntry(ca.store, partition, authorities, AUTHORITY_KEY);
  if (entry === undefined) throw notFound('certificate authority', authorityId);
  const { value } = entry;
  requireStatus(value, issuingUse(findTemplate(templateArnOf(templateName))), ca.clock());
  if (isUnfinished(value)) throw new Error(`the authority ${authorityId} has no key`);
  return value;
}
