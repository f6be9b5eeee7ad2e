import type * as pkijs from 'pkijs';
import type { AlgorithmIdentifier } from '../x509/algorithm-identifier.ts';

/** Our record of an AlgorithmIdentifier that pkijs decoded; clients leave the parameters out or send NULL. */
export function algorithmIdentifier(decoded: pkijs.AlgorithmIdentifier): AlgorithmIdentifier {
  const parameters = decoded.algorithmParams as { valueBeforeDecodeView: Uint8Array } | undefined;
  return { oid: decoded.algorithmId, parameters: parameters?.valueBeforeDecodeView };
}
