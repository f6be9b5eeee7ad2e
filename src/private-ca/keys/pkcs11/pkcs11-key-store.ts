import type { KeyObject } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { importPublicKey } from '../../../x509/public-key.ts';
import {
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
  signingAlgorithmParameters,
} from '../../../x509/signing-algorithm.ts';
import { verifySignature } from '../../../x509/verify-signature.ts';
import type { TokenKey } from '../../records/key-record.ts';
import { type KeyInToken, KeyStoreError, type TokenKeyStore } from '../key-store.ts';
import type { SigningKey } from '../signing-key.ts';
import { CK, type Cryptoki } from './cryptoki.ts';
import { destroyLateKey, destroyTokenKey } from './destroy-token-key.ts';
import { findTokenObjects, readAttribute } from './find-token-objects.ts';
import { generateTokenKey } from './generate-token-key.ts';
import type { TokenLogin } from './log-in-to-token.ts';
import { SessionPool, type TokenSession } from './session-pool.ts';
import { signInToken } from './sign-in-token.ts';
import { newTokenKeyId, readTokenKeyName, tokenKeyLabel } from './token-key-id.ts';

interface Dependencies {
  readonly cryptoki: Cryptoki;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Called with each fault of the token. */
  readonly report?: (fault: KeyStoreError) => void;
  /** How long to wait for a signature; default 10 seconds. */
  readonly patience?: number;
}

/**
 * Keeps authorities' keys in a PKCS #11 token. Logs in at once, so that a wrong configuration
 * shows. Open only one for a module and process: it initializes the module again when the token was
 * away.
 * @throws KeyStoreError
 */
export async function openPkcs11KeyStore(
  login: TokenLogin,
  { cryptoki, randomBytes, report, ...waiting }: Dependencies,
): Promise<TokenKeyStore> {
  const { tokenLabel } = login;
  const sessions = new SessionPool(cryptoki, login, waiting);
  await sessions
    .use(() => Promise.resolve())
    .catch(async (error: unknown) => {
      await sessions.close();
      throw error;
    });
  const tell = (error: unknown): never => {
    if (error instanceof KeyStoreError) report?.(error);
    throw error;
  };
  const use: UseToken = (work) => sessions.use(work).catch(tell);
  const destroy = (keyId: string) => use(async (session) => destroyTokenKey(session, keyId));
  return {
    async generate(authorityId, keyAlgorithm) {
      const label = tokenKeyLabel(authorityId);
      const makeKey = async (session: TokenSession, isAwaited: () => boolean) => {
        const keyId = newTokenKeyId(authorityId, randomBytes);
        const publicKey = await generateTokenKey(session, keyAlgorithm, { keyId, label });
        if (!isAwaited()) return tell(destroyLateKey(session, keyId));
        return { keyId, publicKey };
      };
      const { keyId, publicKey } = await sessions.useForKey(makeKey).catch(tell);
      const subjectPublicKeyInfo = publicKey.export({ format: 'der', type: 'spki' });
      return {
        record: { tokenLabel, keyId, publicKey: subjectPublicKeyInfo },
        subjectPublicKeyInfo,
        signingKey: tokenSigningKey(use, keyId, publicKey),
        discard: () => destroy(keyId),
      };
    },
    async open(_authorityId, key) {
      requireToken(key, tokenLabel);
      return tokenSigningKey(use, key.keyId, importPublicKey(key.publicKey));
    },
    list: () => sessions.useForLong(listKeys).catch(tell),
    destroy,
    close: () => sessions.close(),
  };
}

type UseToken = <T>(work: (session: TokenSession) => Promise<T>) => Promise<T>;

function requireToken(key: TokenKey, tokenLabel: string): void {
  if (key.tokenLabel === tokenLabel) return;
  const message = `the key is in the token "${key.tokenLabel}", and "${tokenLabel}" is configured`;
  throw new KeyStoreError('misconfigured', message);
}

function tokenSigningKey(use: UseToken, keyId: string, publicKey: KeyObject): SigningKey {
  return {
    async sign(algorithm, bytes) {
      if (publicKey.asymmetricKeyType !== SIGNING_ALGORITHMS[algorithm].keyType) {
        throw new RangeError(`${algorithm} needs another key`);
      }
      return use(async (session) => {
        const signature = await signInToken(session, { keyId, publicKey }, algorithm, bytes);
        requireGoodSignature(publicKey, algorithm, bytes, signature);
        return signature;
      });
    },
  };
}

/** A restored token may have another key under the id, and hardware fails. */
function requireGoodSignature(
  publicKey: KeyObject,
  algorithm: SigningAlgorithm,
  bytes: Uint8Array,
  signature: Uint8Array,
): void {
  const { oid } = SIGNING_ALGORITHMS[algorithm];
  const identifier = { oid, parameters: signingAlgorithmParameters(algorithm) };
  if (verifySignature(identifier, publicKey, bytes, signature)) return;
  const message = 'the token gave a signature that the authority’s public key does not verify';
  throw new KeyStoreError('unavailable', message);
}

async function listKeys(session: TokenSession): Promise<readonly KeyInToken[]> {
  const { cryptoki, handle } = session;
  const found: KeyInToken[] = [];
  const keys = findTokenObjects(session, [{ type: CK.CKA_CLASS, value: CK.CKO_PRIVATE_KEY }]);
  for (const key of keys) {
    const id = readAttribute(cryptoki, handle, key, CK.CKA_ID);
    const label = readAttribute(cryptoki, handle, key, CK.CKA_LABEL);
    const name = readTokenKeyName(id, label.toString('utf8'));
    if (name !== undefined) found.push(name);
    // Each read is a round trip, and a token may hold many keys of other programs.
    await nextTurn();
  }
  return found;
}
