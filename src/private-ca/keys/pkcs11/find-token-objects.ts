import { CK, type Cryptoki, type Handle, type TokenAttribute } from './cryptoki.ts';
import type { TokenSession } from './session-pool.ts';
import { MissingKeyError } from './token-fault.ts';

const PAGE = 100;

/** Every object that the session sees and that has these attributes. */
export function findTokenObjects(
  { cryptoki, handle }: Pick<TokenSession, 'cryptoki' | 'handle'>,
  template: readonly TokenAttribute[],
): readonly Handle[] {
  cryptoki.C_FindObjectsInit(handle, template);
  const found: Handle[] = [];
  for (;;) {
    const page = cryptoki.C_FindObjects(handle, PAGE);
    found.push(...page);
    if (page.length < PAGE) break;
  }
  cryptoki.C_FindObjectsFinal(handle);
  return found;
}

/** The private key with an id. It is searched once per login. @throws MissingKeyError */
export function findPrivateKey(session: TokenSession, keyId: string): Handle {
  const known = session.keys.get(keyId);
  if (known !== undefined) return known;
  const [key, another] = findTokenObjects(session, [
    { type: CK.CKA_CLASS, value: CK.CKO_PRIVATE_KEY },
    { type: CK.CKA_ID, value: Buffer.from(keyId, 'hex') },
  ]);
  if (key === undefined) throw new MissingKeyError(`has no key with the id ${keyId}`);
  if (another !== undefined) throw new MissingKeyError(`has several keys with the id ${keyId}`);
  session.keys.set(keyId, key);
  return key;
}

/** The value of an object's attribute. @throws pkcs11js's error */
export function readAttribute(
  cryptoki: Cryptoki,
  session: Handle,
  object: Handle,
  type: number,
): Buffer {
  const [attribute] = cryptoki.C_GetAttributeValue(session, object, [{ type }]);
  return attribute?.value ?? Buffer.alloc(0);
}
