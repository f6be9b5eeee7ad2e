import { contentCipher } from '../../cms/content-ciphers.ts';
import { MODERN_ALGORITHMS } from '../../scep/algorithm-policy.ts';
import { buildPkiRequest } from '../../scep/build-pki-request.ts';
import type { RequestType } from '../../scep/message-types.ts';
import type { ReplyRecipient } from '../../scep/open-cert-rep.ts';
import { type CertRep, readCertRep } from '../../scep/read-cert-rep.ts';
import type { ExpectedSignature } from '../../scep/require-server-signature.ts';
import { importPublicKey } from '../../x509/public-key.ts';
import { readingReply, ScepClientError } from './scep-client-error.ts';
import type { DiscoveredAuthority, ScepClientSettings } from './scep-client-settings.ts';
import { sendScepOperation } from './send-scep-operation.ts';

/** A pkiMessage to send. */
export interface PkiExchange {
  readonly type: RequestType;
  /** The messageData, DER. */
  readonly content: Uint8Array;
  readonly transactionId: string;
  /** Who signs it and can open the reply. */
  readonly signer: ReplyRecipient;
}

/**
 * Sends a pkiMessage and returns the verified reply.
 * @throws ScepClientError when the server cannot be reached, or its reply is not a CertRep to this
 * message
 */
export async function exchangePkiMessage(
  { server, clock, randomBytes }: ScepClientSettings,
  authority: DiscoveredAuthority,
  { type, content, transactionId, signer }: PkiExchange,
): Promise<CertRep> {
  const { ca, algorithms } = authority;
  const senderNonce = randomBytes(16);
  const recipient = {
    certificate: ca.recipient,
    publicKey: importPublicKey(ca.recipient.subjectPublicKeyInfo),
  };
  const message = buildPkiRequest(
    {
      ...{ type, transactionId, senderNonce, content, recipient },
      cipher: contentCipher(algorithms.cipher),
      signer: { ...signer, digest: algorithms.digest },
    },
    clock(),
    randomBytes,
  );
  const method = algorithms.post ? 'POST' : 'GET';
  const reply = await sendScepOperation(server, { operation: 'PKIOperation', method, message });
  if (reply.status !== 200) {
    throw new ScepClientError(`PKIOperation failed: HTTP ${reply.status}`);
  }
  const expected = { transactionId, senderNonce, ...expectedSignature(authority) };
  return readingReply('PKIOperation', () => readCertRep(reply.body, expected, signer));
}

/** Accepts SHA-1 only from a server that offers nothing better, or if the user asked for it. */
export function expectedSignature({ ca, algorithms }: DiscoveredAuthority): ExpectedSignature {
  const policy = { ...MODERN_ALGORITHMS, allowSha1: algorithms.digest === 'sha1' };
  return { signers: ca.signers, policy };
}
