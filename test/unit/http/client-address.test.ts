import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createClientAddress } from '../../../src/http/client-address.ts';

const addressOf = createClientAddress(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32']);
const from = (remoteAddress: string | undefined, headers: Readonly<Record<string, string>> = {}) =>
  addressOf({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);
const list = (hops: string) => ({ 'x-forwarded-for': hops });
const forwarded = (hops: string) => ({ forwarded: hops });

describe('the address of a client', () => {
  it.each<[string, string, Readonly<Record<string, string>>, string]>([
    ['its own without a header', '198.51.100.1', {}, '198.51.100.1'],
    ['its own when no proxy is trusted', '198.51.100.1', list('203.0.113.9'), '198.51.100.1'],
    ['the one that a proxy names', '10.1.2.3', list('203.0.113.9'), '203.0.113.9'],
    [
      'the last, when a client wrote others',
      '10.1.2.3',
      list('8.8.8.8, 203.0.113.9'),
      '203.0.113.9',
    ],
    ['the one before other proxies', '10.1.2.3', list('203.0.113.9, 192.0.2.7'), '203.0.113.9'],
    ['the first, when all are proxies', '10.1.2.3', list('10.9.9.9, 192.0.2.7'), '10.9.9.9'],
    ['without its port', '10.1.2.3', list('203.0.113.9:4711'), '203.0.113.9'],
    ['IPv6', '2001:db8::1', list('2001:470::5'), '2001:470::5'],
    ['of a socket for both', '::ffff:10.1.2.3', list('203.0.113.9'), '203.0.113.9'],
    ['by Forwarded', '10.1.2.3', forwarded('for=203.0.113.9;proto=https'), '203.0.113.9'],
    [
      'by a quoted for',
      '10.1.2.3',
      forwarded('proto=https; For="[2001:470::5]:80"'),
      '2001:470::5',
    ],
    ['by the last hop', '10.1.2.3', forwarded('for=8.8.8.8, for=203.0.113.9'), '203.0.113.9'],
    ['the proxy for an unknown one', '10.1.2.3', forwarded('for=unknown'), '10.1.2.3'],
    ['the proxy for a hidden one', '10.1.2.3', forwarded('for=_gazonk'), '10.1.2.3'],
    ['the proxy for no address', '10.1.2.3', list('203.0.113.9, <script>'), '10.1.2.3'],
    ['the proxy for an empty header', '10.1.2.3', list(''), '10.1.2.3'],
    [
      'the same by both',
      '10.1.2.3',
      { ...list('203.0.113.9'), ...forwarded('for=203.0.113.9') },
      '203.0.113.9',
    ],
    [
      'the proxy where both differ, since a client wrote one',
      '10.1.2.3',
      { ...list('203.0.113.9'), ...forwarded('for=8.8.8.8') },
      '10.1.2.3',
    ],
  ])('is %s', (_name, peer, headers, address) => {
    expect(from(peer, headers)).toBe(address);
  });

  it('is unknown once the socket is closed', () => {
    expect(from(undefined, list('203.0.113.9'))).toBeUndefined();
  });

  it('costs little for many hops', () => {
    expect(from('10.1.2.3', list(`8.8.8.8,${'10.0.0.1,'.repeat(10_000)}10.0.0.1`))).toBe(
      '10.0.0.1',
    );
  });
});
