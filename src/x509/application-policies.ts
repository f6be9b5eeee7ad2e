import { DecodeError } from '../asn1/decode-error.ts';
import { isType } from '../asn1/expect-type.ts';
import { readBer } from '../asn1/read-ber.ts';
import { readOid } from './read-oid.ts';

const MAX_POLICIES = 64;

/**
 * The dotted purposes in Microsoft's application policies extension (MS-WCCE 2.2.2.7.7.3), which has the syntax of
 * certificatePolicies. @throws DecodeError when malformed, empty or above 64.
 */
export function parseApplicationPolicies(value: Uint8Array): readonly string[] {
  const element = readBer(value);
  const { children } = element;
  if (!isType(element, 'SEQUENCE') || children.length === 0 || children.length > MAX_POLICIES) {
    throw new DecodeError('applicationPolicies is malformed');
  }
  return children.map(({ children: [purpose] }) => {
    if (purpose === undefined) throw new DecodeError('applicationPolicies is malformed');
    return readOid(purpose);
  });
}
