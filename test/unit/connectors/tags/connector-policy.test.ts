import { describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { readConnectorPolicy } from '../../../../src/connectors/tags/connector-policy.ts';
import { CONNECTOR_TAGS } from '../../../../src/connectors/tags/connector-tags.ts';
import { DAY_MS, MINUTE_MS } from '../../../../src/durations.ts';
import { MODERN_ALGORITHMS } from '../../../../src/scep/algorithm-policy.ts';
import { DEVICE_PURPOSES } from '../../../../src/x509/key-purposes.ts';

const PRINT = 'ab'.repeat(32);

it('a connector without tags is strict', () => {
  expect(readConnectorPolicy({})).toEqual({
    algorithms: MODERN_ALGORITHMS,
    signer: 'any',
    identity: { allowUserPrincipalNames: false, allowSecurityIdentifiers: false },
    extensions: { purposes: DEVICE_PURPOSES, unknown: 'drop' },
    chain: { caCertificates: 'full', reply: 'leaf-only' },
    renewal: { allowed: true, sameKeyAllowed: true, windowMs: undefined, allowSha1: false },
    validity: { defaultMs: 365 * DAY_MS, maximumMs: 1825 * DAY_MS, notBeforeSkewMs: undefined },
    pendingWaitMs: 15_000,
  });
});

it('the defaults are those that the documentation promises', () => {
  const promised = Object.entries(CONNECTOR_TAGS).flatMap(([name, { byDefault }]) => {
    const [, value] = /^`([^`]+)`/.exec(byDefault) ?? [];
    return value === undefined ? [] : [[name, value] as const];
  });
  expect(promised).toHaveLength(7);
  expect(readConnectorPolicy(Object.fromEntries(promised))).toEqual(readConnectorPolicy({}));
});

it('other tags and empty values change nothing', () => {
  const empty = Object.fromEntries(Object.keys(CONNECTOR_TAGS).map((name) => [name, '']));
  expect(readConnectorPolicy({ ...empty, team: 'des', 'xscep:legacy': 'des' })).toEqual(
    readConnectorPolicy({}),
  );
});

it('every tag sets its part of the policy', () => {
  const policy = readConnectorPolicy({
    'scep:legacy': ' des  md5 sha1 sha1-renewal rsa-1024 des ',
    'scep:signer': `requester ${PRINT.toUpperCase()}`,
    'scep:windows-identity': 'upn sid',
    'scep:eku': 'codeSigning 1.2.3.4 cmcRA',
    'scep:extensions': 'copy',
    'scep:chain': 'leaf-and-ca no-root',
    'scep:renewal': 'on new-key 30d',
    'scep:validity-default': '12h',
    'scep:validity-max': '90d',
    'scep:not-before-skew': '15m',
    'scep:pending-wait': '3s',
  });
  expect(policy).toEqual({
    algorithms: { allowSingleDes: true, allowSha1: true, allowMd5: true, allowRsa1024: true },
    signer: new Set([PRINT]),
    identity: { allowUserPrincipalNames: true, allowSecurityIdentifiers: true },
    extensions: {
      purposes: new Set([...DEVICE_PURPOSES, OID.codeSigning, OID.cmcRa, '1.2.3.4']),
      unknown: 'copy',
    },
    chain: { caCertificates: 'no-root', reply: 'leaf-and-ca' },
    renewal: { allowed: true, sameKeyAllowed: false, windowMs: 30 * DAY_MS, allowSha1: true },
    validity: { defaultMs: DAY_MS / 2, maximumMs: 90 * DAY_MS, notBeforeSkewMs: 15 * MINUTE_MS },
    pendingWaitMs: 3_000,
  });
});

it('signers are named by fingerprints with colons or without', () => {
  const colons = PRINT.replace(/..(?=.)/g, '$&:');
  const { signer } = readConnectorPolicy({ 'scep:signer': `${colons} ${'cd'.repeat(32)}` });
  expect(signer).toEqual(new Set([PRINT, 'cd'.repeat(32)]));
  expect(readConnectorPolicy({ 'scep:signer': 'requester' }).signer).toEqual(new Set());
});

it('a renewal window alone leaves renewals allowed, and "off" forbids them', () => {
  const renewal = (value: string) => readConnectorPolicy({ 'scep:renewal': value }).renewal;
  expect(renewal('14d')).toMatchObject({
    allowed: true,
    sameKeyAllowed: true,
    windowMs: 14 * DAY_MS,
  });
  expect(renewal('off')).toMatchObject({ allowed: false, windowMs: undefined });
});

it('a lower maximum lowers the default validity too', () => {
  expect(readConnectorPolicy({ 'scep:validity-max': '30d' }).validity).toMatchObject({
    defaultMs: 30 * DAY_MS,
    maximumMs: 30 * DAY_MS,
  });
});

it('a wait or skew of zero does not mean the default', () => {
  const policy = readConnectorPolicy({ 'scep:pending-wait': '0s', 'scep:not-before-skew': '0s' });
  expect(policy.pendingWaitMs).toBe(0);
  expect(policy.validity.notBeforeSkewMs).toBe(0);
});

describe('readConnectorPolicy', () => {
  it.each([
    [{ 'scep:unheard-of': 'x' }, 'the tag scep:unheard-of is unknown'],
    [{ 'Scep:Legacy': 'des' }, 'the tag Scep:Legacy is unknown'],
    [{ 'scep:__proto__': 'des' }, 'the tag scep:__proto__ is unknown'],
    [
      { 'scep:legacy': 'DES' },
      'the tag scep:legacy: takes the words des, sha1, md5, rsa-1024, sha1-renewal',
    ],
    [{ 'scep:legacy': 'constructor' }, 'not "constructor"'],
    [{ 'scep:legacy': 'des 30d' }, 'not "30d"'],
    [{ 'scep:legacy': 'sha1-renewal' }, 'sha1-renewal needs sha1'],
    [{ 'scep:signer': 'any requester' }, 'any excludes requester and fingerprints'],
    [{ 'scep:signer': `any ${PRINT}` }, 'any excludes requester and fingerprints'],
    [{ 'scep:signer': PRINT.slice(1) }, 'and SHA-256 fingerprints of certificates'],
    [{ 'scep:legacy': PRINT }, `not "${PRINT}"`],
    [{ 'scep:chain': 'full no-root' }, 'the tag scep:chain: take one of'],
    [{ 'scep:chain': 'leaf-only leaf-and-ca' }, 'the tag scep:chain: take one of'],
    [{ 'scep:renewal': 'off same-key' }, 'the tag scep:renewal: off excludes other words'],
    [{ 'scep:renewal': 'off 30d' }, 'the tag scep:renewal: off excludes other words'],
    [{ 'scep:renewal': 'same-key new-key' }, 'the tag scep:renewal: take one of'],
    [{ 'scep:renewal': 'on off' }, 'the tag scep:renewal: off excludes other words'],
    [{ 'scep:renewal': '30d 40d' }, 'and one duration from 1h to 3650d, not "40d"'],
    [{ 'scep:renewal': '59m' }, 'not "59m"'],
    [{ 'scep:validity-max': '30' }, 'takes one duration from 1m to 36500d, not "30"'],
    [{ 'scep:validity-max': '-1d' }, 'not "-1d"'],
    [{ 'scep:validity-max': '1.5d' }, 'not "1.5d"'],
    [{ 'scep:validity-max': '1w' }, 'not "1w"'],
    [{ 'scep:validity-max': '9999999s' }, 'not "9999999s"'],
    [{ 'scep:validity-max': '0s' }, 'not "0s"'],
    [{ 'scep:validity-max': '36501d' }, 'not "36501d"'],
    [{ 'scep:pending-wait': '61s' }, 'not "61s"'],
    [{ 'scep:pending-wait': '15s\n' }, 'not "15s'],
    [
      { 'scep:validity-default': '31d', 'scep:validity-max': '30d' },
      'the tag scep:validity-default: is longer than scep:validity-max',
    ],
    [{ 'scep:validity-default': '1826d' }, 'is longer than scep:validity-max'],
  ])('refuses %j and names the tag', (tags: Record<string, string>, message) => {
    expect(() => readConnectorPolicy(tags)).toThrow(RangeError);
    expect(() => readConnectorPolicy(tags)).toThrow(message);
  });
});
