import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { formatSubject, parseSubjectOption } from '../../../../src/cli/ca/subject-option.ts';

describe('--subject', () => {
  it.each([
    [
      'CN=Root,O=Example\\, Inc.,C=DE',
      { Country: 'DE', Organization: 'Example, Inc.', CommonName: 'Root' },
    ],
    ['serialNumber=7,GN=Ada,SN=L', { Surname: 'L', GivenName: 'Ada', SerialNumber: '7' }],
  ])('sends %s as members of ASN1Subject', (text, members) => {
    expect(parseSubjectOption(text)).toEqual(members);
  });

  it.each(['CN=Root,DC=example,DC=org', 'CN=a,OU=one,OU=two', '1.2.3.4=x,CN=y', 'UID=me'])(
    'sends %s as custom attributes, which keep their order',
    (text) => {
      const subject = parseSubjectOption(text);
      expect(Object.keys(subject)).toEqual(['CustomAttributes']);
      expect(formatSubject(subject)).toBe(text);
    },
  );

  it('sends the most general attribute first', () => {
    expect(parseSubjectOption('CN=x,DC=example')).toEqual({
      CustomAttributes: [
        { ObjectIdentifier: '0.9.2342.19200300.100.1.25', Value: 'example' },
        { ObjectIdentifier: '2.5.4.3', Value: 'x' },
      ],
    });
  });

  it.each(['Root', '', 'CN=', 'C=Germany', 'CN=a+O=b', 'XY=z'])('refuses "%s"', (text) => {
    expect(() => parseSubjectOption(text)).toThrow(InvalidArgumentError);
  });

  it('prints a subject in the form of RFC 4514', () => {
    expect(formatSubject({ CommonName: ' #1, "x"', Country: 'DE', Organization: 'A+B ' })).toBe(
      'CN=\\ #1\\, \\"x\\",O=A\\+B\\ ,C=DE',
    );
    expect(formatSubject({ Unknown: 'x', CustomAttributes: [null, { Value: 7 }] })).toBe('');
  });
});
