import { identifies } from '../cms/entity-identifier.ts';
import type { SignedData, SignerInfo } from '../cms/parse-signed-data.ts';
import { signerDigests, verifySignedData } from '../cms/verify-signed-data.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import { importPublicKey } from '../x509/public-key.ts';
import { type AlgorithmPolicy, acceptsDigest } from './algorithm-policy.ts';

/**
 * A readable reply of a SCEP server that cannot be trusted. The message is for the user of the
 * client.
 */
export class UntrustedReplyError extends Error {
  override readonly name = 'UntrustedReplyError';
}

/** Which signatures make a reply of the server trustworthy. */
export interface ExpectedSignature {
  /**
   * The certificates from GetCACert that may sign. A certificate that comes only with the reply
   * does not count.
   */
  readonly signers: readonly Certificate[];
  readonly policy: AlgorithmPolicy;
}

/**
 * Requires that one of `signers` signed the server's reply, with a digest that the policy accepts.
 * @throws UntrustedReplyError when that is not so; UnsupportedAlgorithmError for an unsupported
 *   algorithm
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
