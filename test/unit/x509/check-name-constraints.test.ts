import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import {
  derContext,
  derContextPrimitive,
  derInteger,
  derSequence,
  derUtf8String,
} from '../../../src/asn1/write-der.ts';
import { checkNameConstraints } from '../../../src/x509/check-name-constraints.ts';
import type { GeneralName } from '../../../src/x509/general-names.ts';
import { parseNameConstraints } from '../../../src/x509/name-constraints.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { processorTime } from '../../support/load/processor-time.ts';

const text = (tag: number) => (value: string) => derContextPrimitive(tag, Buffer.from(value));
const [email, dns, uri] = [text(1), text(2), text(6)];
const directory = (name: string) => derContext(4, parseDistinguishedNameText(name));
const range = (hex: string) => derContextPrimitive(7, Buffer.from(hex, 'hex'));
const nobody = derSequence();

function constraints({
  permitted = [],
  excluded = [],
}: {
  permitted?: Uint8Array[];
  excluded?: Uint8Array[];
}) {
  const list = (number: number, bases: Uint8Array[]) =>
    bases.length > 0 ? [derContext(number, ...bases.map((base) => derSequence(base)))] : [];
  return parseNameConstraints(derSequence(...list(0, permitted), ...list(1, excluded)));
}

const dnsName = (value: string): GeneralName => ({ kind: 'dNSName', value });
const mail = (value: string): GeneralName => ({ kind: 'rfc822Name', value });
const link = (value: string): GeneralName => ({ kind: 'uniformResourceIdentifier', value });
const address = (value: string): GeneralName => ({ kind: 'iPAddress', value });

describe('a permitted subtree', () => {
  it.each<[Uint8Array, GeneralName, boolean]>([
    [dns('example.com'), dnsName('example.com'), true],
    [dns('example.com'), dnsName('a.b.EXAMPLE.com.'), true],
    [dns('example.com'), dnsName('badexample.com'), false],
    [dns('.example.com'), dnsName('example.com'), false],
    [dns('.example.com'), dnsName('a.example.com'), true],
    [dns('example.com'), dnsName('*.example.com'), true],
    [dns('a.example.com'), dnsName('*.example.com'), false],
    [dns(''), dnsName('anything'), true],
    [dns('example.com'), dnsName('evil.test .example.com'), false],
    [dns('*.example.com'), dnsName('a.example.com'), false],
    [email('user@example.com'), mail('user@EXAMPLE.com'), true],
    [email('@example.com'), mail('user@example.com'), true],
    [email('user@example.com'), mail('User@example.com'), false],
    [email('example.com'), mail('user@example.com'), true],
    [email('example.com'), mail('user@a.example.com'), false],
    [email('.example.com'), mail('user@a.example.com'), true],
    [email('.example.com'), mail('user@example.com'), false],
    [email('example.com'), mail('no mailbox'), false],
    [uri('host.example.com'), link('https://host.example.com/x'), true],
    [uri('host.example.com'), link('ftp://user:p@host.example.com:21'), true],
    [uri('host.example.com'), link('https://host.example.com@evil.example/'), false],
    [uri('host.example.com'), link('https://evil.example\\@host.example.com/'), false],
    [uri('.example.com'), link('https://a.b.example.com?q'), true],
    [uri('.example.com'), link('https://example.com'), false],
    [uri('example.com'), link('urn:example.com'), false],
    [uri('192.0.2.1'), link('https://192.0.2.1/'), false],
    [range('c0000200ffffff00'), address('192.0.2.77'), true],
    [range('c0000200ffffff00'), address('192.0.3.77'), false],
    [range('c0000200ffffff00'), address('2001:db8::1'), false],
    [range('c0000200ffffff00'), address('::ffff:192.0.2.77'), false],
    [range(`20010db8${'00'.repeat(12)}ffffffff${'00'.repeat(12)}`), address('2001:db8::1'), true],
  ])('%o and %o: %s', (base, name, within) => {
    const breach = checkNameConstraints(constraints({ permitted: [base] }), nobody, [name]);
    expect(breach).toBe(within ? undefined : name.kind);
  });

  it('does not restrict names of other kinds', () => {
    const onlyDns = constraints({ permitted: [dns('example.com')] });
    const subject = parseDistinguishedNameText('CN=anybody');
    expect(checkNameConstraints(onlyDns, subject, [address('192.0.2.1')])).toBeUndefined();
  });

  it('is enough if one of several holds', () => {
    const two = constraints({ permitted: [dns('a.example'), dns('b.example')] });
    expect(checkNameConstraints(two, nobody, [dnsName('b.example')])).toBeUndefined();
    expect(checkNameConstraints(two, nobody, [dnsName('b.example'), dnsName('c.example')])).toBe(
      'dNSName',
    );
  });
});

describe('an excluded subtree', () => {
  it.each<[Uint8Array, GeneralName, boolean]>([
    [dns('example.com'), dnsName('a.example.com'), true],
    [dns('example.com'), dnsName('other.example'), false],
    [dns('a.example.com'), dnsName('*.example.com'), true],
    [dns('a.example.com'), dnsName('*.example.org'), false],
    [dns('secret.example.com'), dnsName('s*t.example.com'), true],
    [dns('secret.example.com'), dnsName('s*t.example.org'), false],
    [dns('example.com'), dnsName('a.example.com..'), true],
    [dns('example.com'), dnsName('a.example.com '), true],
    [dns('example.com'), dnsName('*'), true],
    [dns('*.example.com'), dnsName('a.example.com'), true],
    [dns('.'), dnsName('a.example.com'), true],
    [dns(''), dnsName('anything'), true],
    [email('example.com'), mail('no mailbox'), true],
    [email('example.com'), mail('user@example.com '), true],
    [email('user@example.com'), mail('USER@example.com'), true],
    [email('@example.com'), mail('user@example.com'), true],
    [email('@example.com'), mail('user@example.org'), false],
    [uri('example.com'), link('urn:elsewhere'), true],
    [uri('example.com'), link('https://ex%61mple.com/'), true],
    [uri('example.com'), link('https://0x7f.1/'), true],
    [uri('https://example.com'), link('https://example.com/'), true],
    [uri('example.com'), link('https://other.example/'), false],
    [range('00000000'.repeat(2)), address('192.0.2.1'), true],
    [range('0a000000ff000000'), address('::ffff:10.1.2.3'), true],
    [range('0a000000ff000000'), address('::ffff:11.1.2.3'), false],
    [range('0a000000ff000000'), address('2001:db8::a01:203'), false],
    [range(`${'00'.repeat(10)}ffff0a000000${'ff'.repeat(13)}000000`), address('10.1.2.3'), true],
  ])('%o and %o: %s', (base, name, touched) => {
    const breach = checkNameConstraints(constraints({ excluded: [base] }), nobody, [name]);
    expect(breach).toBe(touched ? name.kind : undefined);
  });

  it('overrides a permitted one', () => {
    const both = constraints({
      permitted: [dns('example.com')],
      excluded: [dns('secret.example.com')],
    });
    expect(checkNameConstraints(both, nobody, [dnsName('x.secret.example.com')])).toBe('dNSName');
    expect(checkNameConstraints(both, nobody, [dnsName('x.example.com')])).toBeUndefined();
  });
});

describe('the subject', () => {
  const lab = constraints({ permitted: [directory('O=Lab,C=US')] });

  it.each([
    ['CN=device,O=Lab,C=US', undefined],
    ['CN=device,O=lAB,C=us', undefined],
    ['CN=device,O=  Lab ,C=US', undefined],
    ['CN=device,O=Lab', 'directoryName'],
    ['CN=device,O=Other,C=US', 'directoryName'],
    ['C=US', 'directoryName'],
  ])('%s', (subject, breach) => {
    expect(checkNameConstraints(lab, parseDistinguishedNameText(subject), [])).toBe(breach);
  });

  it('is not a name when empty, unlike a directoryName in the subjectAltName', () => {
    expect(checkNameConstraints(lab, nobody, [])).toBeUndefined();
    const value = parseDistinguishedNameText('CN=x,O=Other');
    expect(checkNameConstraints(lab, nobody, [{ kind: 'directoryName', value }])).toBe(
      'directoryName',
    );
  });

  it('has its emailAddress checked as a mailbox', () => {
    const mailOnly = constraints({ permitted: [email('example.com')] });
    const subject = parseDistinguishedNameText('emailAddress=a@evil.example,CN=x');
    expect(checkNameConstraints(mailOnly, subject, [])).toBe('rfc822Name');
  });

  it.each([
    ['CN=www.evil.example', [], 'dNSName'],
    ['CN=*.evil.example', [], 'dNSName'],
    ['CN=www.example.com', [], undefined],
    ['CN=Device 7', [], undefined],
    ['CN=www.evil.example', [address('192.0.2.1')], 'dNSName'],
    ['CN=www.evil.example', [dnsName('www.example.com')], undefined],
  ])(
    '%s has its common name judged as a host unless there is a dNSName: %o',
    (name, names, breach) => {
      const hosts = constraints({ permitted: [dns('example.com')] });
      expect(checkNameConstraints(hosts, parseDistinguishedNameText(name), names)).toBe(breach);
    },
  );
});

describe('a SmtpUTF8Mailbox', () => {
  const excluded = constraints({ excluded: [email('example.com')] });

  it.each([
    ['käfer@example.com', 'rfc822Name'],
    ['käfer@example.org', undefined],
    ['user@käfer.example', 'rfc822Name'],
  ])('is checked as a mailbox: %s', (mailbox, breach) => {
    const typeId = '1.3.6.1.5.5.7.8.9';
    const name: GeneralName = { kind: 'otherName', typeId, value: derUtf8String(mailbox) };
    expect(checkNameConstraints(excluded, nobody, [name])).toBe(breach);
  });
});

it('checks thousands of Names against thousands of subtrees and reads each only once', () => {
  const bases = Array.from({ length: 1_000 }, (_, i) => directory(`OU=no ${i},O=Lab`));
  const names = Array.from({ length: 150 }, (_, i): GeneralName => {
    return { kind: 'directoryName', value: parseDistinguishedNameText(`CN=${i},OU=x,O=Lab,C=US`) };
  });
  const many = constraints({ excluded: bases });
  const start = processorTime();
  expect(checkNameConstraints(many, nobody, names)).toBeUndefined();
  expect(processorTime() - start).toBeLessThan(1_000);
});

describe('a constraint on names that cannot be matched', () => {
  const upn = derContext(0, Buffer.from('060a2b060104018237140203', 'hex'));

  it.each([['permitted'], ['excluded']])('refuses every name of that kind, %s', (list) => {
    const blind = constraints({ [list]: [upn] });
    const name: GeneralName = { kind: 'userPrincipalName', value: 'a@b' };
    expect(checkNameConstraints(blind, nobody, [name])).toBe('userPrincipalName');
    expect(checkNameConstraints(blind, nobody, [dnsName('x')])).toBeUndefined();
  });
});

describe('parseNameConstraints', () => {
  const subtree = derSequence(dns('x'));

  it.each([
    ['nothing', derSequence()],
    ['an empty list', derSequence(derContext(0))],
    ['another element', derSequence(derContext(0, subtree), derContext(2, subtree))],
    ['a list twice', derSequence(derContext(0, subtree), derContext(0, subtree))],
    ['a minimum', derSequence(derContext(0, derSequence(dns('x'), derContext(0, derInteger(1)))))],
    ['a base of no kind', derSequence(derContext(0, derSequence(text(9)('x'))))],
    ['an address without a mask', derSequence(derContext(0, derSequence(range('c0000200'))))],
    ['a newline', derSequence(derContext(0, derSequence(dns('a\n'))))],
  ])('refuses %s', (_, value) => {
    expect(() => parseNameConstraints(value)).toThrow(DecodeError);
  });
});
