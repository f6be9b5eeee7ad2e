import { expect, it } from 'vitest';
import { parseDevSettings } from '../../../src/config/dev-settings.ts';
import { UsageError } from '../../../src/config/usage-error.ts';

const OPTIONS = {
  dataDir: 'data',
  host: '127.0.0.1',
  enrolPort: '8080',
  apiPort: '8081',
  opsPort: '9090',
  caDelay: '0',
  logLevel: 'info',
};

it('takes a public URL with which SCEP URLs can begin', () => {
  const { publicUrl } = parseDevSettings({
    ...OPTIONS,
    publicUrl: 'https://scep.example.com/pki/',
  });
  expect(publicUrl).toBe('https://scep.example.com/pki');
});

it.each(['ftp://host', 'host', 'http://host/?a=b', 'http://host/#top', 'http://me:secret@host'])(
  'refuses the public URL %s',
  (publicUrl) => {
    expect(() => parseDevSettings({ ...OPTIONS, publicUrl })).toThrow(UsageError);
    expect(() => parseDevSettings({ ...OPTIONS, publicUrl })).toThrow(
      /^--public-url takes an http or https URL without user, query and fragment$/,
    );
  },
);
