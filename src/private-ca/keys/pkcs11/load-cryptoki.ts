import { createRequire } from 'node:module';
import { KeyStoreError } from '../key-store.ts';
import type { Cryptoki } from './cryptoki.ts';

interface Pkcs11Package {
  readonly PKCS11: new () => Cryptoki & { load(file: string): void };
}

const require = createRequire(import.meta.url);

/**
 * Loads the token maker's PKCS #11 module, a shared library.
 * @throws KeyStoreError 'misconfigured' when the package pkcs11js is not installed, or the file is
 *   not such a module
 */
export function loadCryptoki(
  module: string,
  requirePackage: () => unknown = () => require('pkcs11js'),
): Cryptoki {
  const { PKCS11 } = loadPackage(requirePackage);
  const cryptoki = new PKCS11();
  try {
    cryptoki.load(module);
  } catch (error) {
    const message = `the PKCS #11 module ${module} cannot be loaded; is it the shared library of the token's maker, for this system?`;
    throw new KeyStoreError('misconfigured', message, { cause: error });
  }
  return cryptoki;
}

function loadPackage(requirePackage: () => unknown): Pkcs11Package {
  try {
    return requirePackage() as Pkcs11Package;
  } catch (error) {
    const message =
      'keys in a PKCS #11 token need the package pkcs11js, which is not installed; "npm install pkcs11js" compiles it and needs Python and a C++ compiler';
    throw new KeyStoreError('misconfigured', message, { cause: error });
  }
}
