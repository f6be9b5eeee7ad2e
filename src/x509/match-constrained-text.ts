/**
 * The host of a URI's authority (RFC 3986 section 3.2). No backslash may precede its end, because
 * readers disagree on backslashes.
 */
const URI_HOST = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#\\]*@)?([^/?#@:[\]\\]+)(?::\d*)?(?:[/?#]|$)/i;
const HOST = /^(?:[a-z0-9_-]+\.)*[a-z0-9_-]+$/;
/**
 * Most readers accept a wildcard only as a whole label, some also as a part of one (RFC 6125
 * section 6.4.3).
 */
const WILDCARD = /^[a-z0-9_*-]*\*[a-z0-9_*-]*(\.[a-z0-9_.-]+)$/;
/** Hosts that readers of URIs interpret as addresses. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;

/**
 * Whether a name must lie inside the constraint's subtree ('inside', for permitted subtrees) or
 * only overlap it ('touching', for excluded ones). The functions below return undefined for
 * malformed names, which readers may interpret differently.
 */
export type Relation = 'inside' | 'touching';

/**
 * Whether a DNS name, possibly a wildcard, is the constraint's host or below it; with a leading
 * dot, only below it. `touching` also finds a wildcard that covers a host inside the constraint.
 * Undefined when it cannot be judged.
 */
export function matchesHost(name: string, constraint: string, how: Relation): boolean | undefined {
  const stem = WILDCARD.exec(comparable(name))?.[1];
  const host = stem === undefined ? hostOf(name) : hostOf(stem.slice(1));
  const base = baseOf(constraint);
  if (host === undefined || base === undefined) return undefined;
  if (stem === undefined) return host === base || isBelow(host, base);
  return isBelow(stem, base) || (how === 'touching' && isBelow(base, stem));
}

/**
 * Whether a mailbox is the constraint's, or on its host, or with a leading dot below it. Only
 * `touching` ignores the case of the local part, which is up to the host. Undefined when it cannot
 * be judged.
 */
export function matchesMailbox(
  mailbox: string,
  constraint: string,
  how: Relation,
): boolean | undefined {
  const [local, host] = splitMailbox(mailbox);
  const [constrained, constrainedHost] = splitMailbox(constraint);
  const [name, base] = [hostOf(host), baseOf(constrainedHost)];
  if (local === '' || name === undefined || base === undefined) return undefined;
  // OpenSSL treats @example.com like example.com.
  if (constrained === '') return isOnHost(name, base);
  const isSame =
    how === 'touching' ? local.toLowerCase() === constrained.toLowerCase() : local === constrained;
  return isSame && name === base;
}

function splitMailbox(text: string): readonly [local: string, host: string] {
  const at = text.lastIndexOf('@');
  return [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
}

/**
 * Whether a URI's host is the constraint's, or with a leading dot below it; undefined when the URI
 * has no host that can be judged.
 */
export function matchesUri(uri: string, constraint: string): boolean | undefined {
  const host = hostOf(URI_HOST.exec(uri)?.[1] ?? '');
  const base = baseOf(constraint);
  if (host === undefined || base === undefined || ENDS_IN_NUMBER.test(host)) return undefined;
  return isOnHost(host, base);
}

function hostOf(text: string): string | undefined {
  const host = comparable(text);
  return HOST.test(host) ? host : undefined;
}

/** A host, optionally with a leading dot; empty text matches every host. */
function baseOf(text: string): string | undefined {
  const base = comparable(text);
  return base === '' || HOST.test(base.replace(/^\./, '')) ? base : undefined;
}

function comparable(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

function isOnHost(host: string, base: string): boolean {
  return base === '' || (base.startsWith('.') ? isBelow(host, base) : host === base);
}

function isBelow(host: string, base: string): boolean {
  return base === '' || host.endsWith(base.startsWith('.') ? base : `.${base}`);
}
