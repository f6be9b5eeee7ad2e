import { identifies } from '../cms/entity-identifier.ts';
import type { SignedData, SignerInfo } from '../cms/parse-signed-data.ts';
import { signerDigests, verifySignedData } from '../cms/verify-signed-data.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import { importPublicKey } from '../x509/public-key.ts';
import { type AlgorithmPolicy, acceptsDigest } from './algorithm-policy.ts';

/** A reply of a SCEP server that can be read but not relied on. The message is for the person at the client. */
export class UntrustedReplyError extends Error {
  override readonly name = 'UntrustedReplyError';
}

/** Whose signature makes a reply of the server believable. */
export interface ExpectedSignature {
  /** The certificates from GetCACert that may sign. One that only comes with the reply counts for nothing. */
  readonly signers: readonly Certificate[];
  readonly policy: AlgorithmPolicy;
}

/**
 * Makes sure that what the server sent is signed by one of `signers`, with a digest of the policy.
 * @throws UntrustedReplyError when it is not; UnsupportedAlgorithmError for an algorithm outside our tables.
 */
export function requireServerSignature(
  { signedData, signer }: { readonly signedData: SignedData; readonly signer: SignerInfo },
  { signers, policy }: ExpectedSignature,
): void {
  const certificate = signers.find((candidate) => identifies(signer.id, candidate));
  if (certificate === undefined) {
    throw new UntrustedReplyError('the reply is not signed by a certificate of GetCACert');
  }
  for (const digest of signerDigests(signer)) {
    if (!acceptsDigest(policy, digest)) {
      throw new UntrustedReplyError(`the reply is signed with ${digest}, which is not accepted`);
    }
  }
  if (!verifySignedData(signedData, signer, importPublicKey(certificate.subjectPublicKeyInfo))) {
    throw new UntrustedReplyError('the signature of the reply is wrong');
  }
}
