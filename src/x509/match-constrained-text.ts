/** The host of a URI's authority (RFC 3986 section 3.2). Readers disagree on backslashes, so none may stand before its end. */
const URI_HOST = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#\\]*@)?([^/?#@:[\]\\]+)(?::\d*)?(?:[/?#]|$)/i;

/**
 * Whether a DNS name, which may be a wildcard, is the constraint's host or below it; with a leading dot, below it only.
 * `touching` also finds a wildcard that stands for a host inside the constraint.
 */
export function matchesHost(
  name: string,
  constraint: string,
  how: 'inside' | 'touching' = 'inside',
): boolean {
  const [host, base] = [comparableHost(name), comparableHost(constraint)];
  if (isBelow(host, base) || (host === base && !base.startsWith('.'))) return true;
  const isWildcard = how === 'touching' && host.startsWith('*.');
  return isWildcard && isBelow(base, host.slice(1));
}

/** Whether a mailbox is the constraint's, or on its host, or with a leading dot below it; undefined when it is no mailbox. */
export function matchesMailbox(mailbox: string, constraint: string): boolean | undefined {
  const at = mailbox.lastIndexOf('@');
  if (at < 1) return undefined;
  const host = comparableHost(mailbox.slice(at + 1));
  const constrainedAt = constraint.lastIndexOf('@');
  const base = comparableHost(constraint.slice(constrainedAt + 1));
  if (constrainedAt < 0) return isOnHost(host, base);
  // The part before the host is the host's business: its case counts.
  return host === base && mailbox.slice(0, at) === constraint.slice(0, constrainedAt);
}

/** Whether a URI's host is the constraint's, or with a leading dot below it; undefined when it names no host. */
export function matchesUri(uri: string, constraint: string): boolean | undefined {
  const host = URI_HOST.exec(uri)?.[1];
  if (host === undefined || /^[\d.]+$/.test(host)) return undefined;
  return isOnHost(comparableHost(host), comparableHost(constraint));
}

function comparableHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

function isOnHost(host: string, base: string): boolean {
  return base === '' || (base.startsWith('.') ? isBelow(host, base) : host === base);
}

function isBelow(host: string, base: string): boolean {
  return base === '' || host.endsWith(base.startsWith('.') ? base : `.${base}`);
}
