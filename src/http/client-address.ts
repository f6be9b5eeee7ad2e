import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** The address of the client of a request; undefined once its socket has been closed. */
export type ClientAddress = (request: IncomingMessage) => string | undefined;

/** A client writes as many hops as it likes; only the last ones can be a proxy's. */
const MAX_HOPS = 20;
/** The `for` of a hop (RFC 7239 section 4), which a quoted string may hold. */
const FORWARDED_FOR = /(?:^|;)\s*for\s*=\s*(?:"([^"\\]*)"|([^\s";,]+))/i;
const WITH_PORT = /^(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d+)?$/;

/**
 * Finds the client behind proxies by Forwarded (RFC 7239) or X-Forwarded-For: the last address that
 * is none of the trusted proxies. A header from elsewhere is ignored. A proxy writes one of the two
 * headers and passes the other on as the client wrote it, so where they differ neither counts.
 * @param trustedProxies addresses and networks, such as 10.0.0.0/8
 */
export function createClientAddress(trustedProxies: readonly string[] = []): ClientAddress {
  const trusted = proxyList(trustedProxies);
  const isTrusted = (address: string) =>
    trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return ({ socket, headers }) => {
    const peer = socket.remoteAddress && plainAddress(socket.remoteAddress);
    if (!peer || !isTrusted(peer)) return peer;
    const told = [
      forwardedHops(headers.forwarded),
      listedHops(joined(headers['x-forwarded-for'])),
    ].flatMap((hops) => (hops === undefined ? [] : [clientOf(hops, peer, isTrusted)]));
    const [client = peer, ...others] = told;
    return others.every((other) => other === client) ? client : peer;
  };
}

function proxyList(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/**
 * Goes from the peer towards the client as long as each hop is a trusted proxy. A hop that is no
 * address ends the way at the proxy that wrote it.
 */
function clientOf(
  hops: readonly (string | undefined)[],
  peer: string,
  isTrusted: (address: string) => boolean,
): string {
  let client = peer;
  for (const hop of hops.slice(-MAX_HOPS).toReversed()) {
    if (hop === undefined) break;
    client = hop;
    if (!isTrusted(hop)) break;
  }
  return client;
}

function forwardedHops(header: string | undefined): readonly (string | undefined)[] | undefined {
  return header?.split(',').map((hop) => {
    const [, quoted, token] = FORWARDED_FOR.exec(hop) ?? [];
    return addressOf(quoted ?? token ?? '');
  });
}

function listedHops(header: string | undefined): readonly (string | undefined)[] | undefined {
  return header?.split(',').map(addressOf);
}

function joined(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join(',') : header;
}

/** Undefined for a name, `unknown` and an obfuscated identifier. */
function addressOf(text: string): string | undefined {
  const [, bracketed, dotted] = WITH_PORT.exec(text.trim()) ?? [];
  const address = bracketed ?? dotted ?? text.trim();
  return isIP(address) === 0 ? undefined : plainAddress(address);
}

/** IPv4 in an IPv6 address, as a socket for both has it, is plain IPv4. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
