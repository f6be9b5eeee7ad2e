import type { GeneralName } from './general-names.ts';
import { comparableName } from './is-same-name.ts';

/** Scheme, user and host of a URI (RFC 3986 section 3), and the rest. */
const URI_PARTS = /^([^:]*:)(?:(\/\/(?:[^/?#]*@)?)([^/?#]*))?(.*)$/s;

/**
 * A text that is equal for two general names if they are the same by RFC 5280 sections 7.1 to 7.5:
 * the host of a DNS name, a mailbox or a URI in any case, a directoryName in any encoding. URIs
 * that differ in percent-encoding or path segments count as different. So do other kinds of names
 * unless their octets are the same.
 * @throws DecodeError when a directoryName is not a Name
 */
export function comparableGeneralName(name: GeneralName): string {
  return JSON.stringify({ ...name, value: comparableValue(name) });
}

function comparableValue(name: GeneralName): unknown {
  switch (name.kind) {
    case 'dNSName':
      return name.value.toLowerCase();
    case 'rfc822Name':
      return name.value.replace(/@[^@]*$/, (host) => host.toLowerCase());
    case 'uniformResourceIdentifier':
      return comparableUri(name.value);
    case 'directoryName':
      return comparableName(name.value);
    default:
      return typeof name.value === 'string' ? name.value : Buffer.from(name.value).toString('hex');
  }
}

function comparableUri(uri: string): string {
  const [, scheme = '', user = '', host = '', rest = uri] = URI_PARTS.exec(uri) ?? [];
  return scheme.toLowerCase() + user + host.toLowerCase() + rest;
}
