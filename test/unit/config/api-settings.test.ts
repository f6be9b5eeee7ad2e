import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Service } from '../../../src/aws-wire/caller.ts';
import { type ApiSettingsOptions, loadApiSettings } from '../../../src/config/api-settings.ts';
import { UsageError } from '../../../src/config/usage-error.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const CONFIG = `
[default]
region = eu-west-1
endpoint_url = http://of-the-default-profile:1
[profile lab]
region = eu-north-1
services = lab-services
endpoint_url = http://of-the-profile:2
ca_bundle = /ca/of/the/profile.pem
[services lab-services]
acm_pca =
  endpoint_url = http://not-this-one:3
pca_connector_scep =
  endpoint_url = http://of-the-services-section:4/base
[profile plain]
endpoint_url = http://of-the-profile:2
[profile ignoring]
region = eu-north-1
ignore_configured_endpoint_urls = true
endpoint_url = http://of-the-profile:2
[profile broken]
services = nowhere
`;
const SERVICE = { AWS_ENDPOINT_URL_PCA_CONNECTOR_SCEP: 'http://of-the-service-variable:5' };
const GLOBAL = { AWS_ENDPOINT_URL: 'http://of-the-variable:6' };
const REGION = { AWS_REGION: 'us-east-1' };

async function load(
  options: ApiSettingsOptions,
  environment: Record<string, string> = {},
  service: Service = 'pca-connector-scep',
) {
  const directory = tempDirectory();
  const [config, credentials] = [path.join(directory, 'a'), path.join(directory, 'b')];
  writeFileSync(config, CONFIG);
  writeFileSync(credentials, '[keys-only]\naws_access_key_id = A\n');
  return loadApiSettings(service, options, {
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    ...environment,
  });
}

describe('the endpoint', () => {
  const lab = { profile: 'lab' };

  it.each([
    [
      '--endpoint',
      { ...lab, endpoint: new URL('http://given:7') },
      { ...SERVICE, ...GLOBAL },
      'http://given:7/',
    ],
    [
      'the variable of the service',
      lab,
      { ...SERVICE, ...GLOBAL },
      'http://of-the-service-variable:5/',
    ],
    ['the variable for all', lab, GLOBAL, 'http://of-the-variable:6/'],
    ['the services section, with its path', lab, {}, 'http://of-the-services-section:4/base'],
    ['the profile', { profile: 'plain' }, REGION, 'http://of-the-profile:2/'],
    ['the default profile', {}, {}, 'http://of-the-default-profile:1/'],
    [
      '--endpoint where others are ignored',
      { ...lab, endpoint: new URL('http://given:7') },
      { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      'http://given:7/',
    ],
  ])('comes from %s', async (_, options, environment, expected) => {
    expect((await load(options, environment)).endpoint.href).toBe(expected);
  });

  it('of Private CA has its own variable and section', async () => {
    const variables = { ...SERVICE, AWS_ENDPOINT_URL_ACM_PCA: 'http://of-private-ca:8' };
    const loaded = await Promise.all([
      load(lab, variables, 'acm-pca'),
      load(lab, SERVICE, 'acm-pca'),
    ]);
    expect(loaded.map(({ endpoint }) => endpoint.host)).toEqual([
      'of-private-ca:8',
      'not-this-one:3',
    ]);
  });

  it.each([
    [
      'there is none',
      { profile: 'keys-only' },
      REGION,
      /no endpoint: .*--endpoint.*AWS_ENDPOINT_URL_PCA_CONNECTOR_SCEP/,
    ],
    [
      'all are ignored',
      {},
      { ...GLOBAL, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'TRUE' },
      /no endpoint: .*ignored/,
    ],
    ['the profile ignores all', { profile: 'ignoring' }, SERVICE, /no endpoint: .*ignored/],
    [
      'the services section is missing',
      { profile: 'broken' },
      REGION,
      /no section \[services nowhere\]/,
    ],
    ['it is no URL', {}, { AWS_ENDPOINT_URL: '127.0.0.1:8081' }, /^AWS_ENDPOINT_URL is not/],
    ['it holds a password', {}, { AWS_ENDPOINT_URL: 'http://a:hunter2@b' }, /^(?!.*hunter2)/],
  ])('is a usage error when %s', async (_, options, environment, message) => {
    const error: unknown = await load(options, environment).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(message);
  });
});

describe('the region', () => {
  it.each([
    ['--region', { region: 'a' }, { ...REGION, AWS_DEFAULT_REGION: 'c' }, 'a'],
    ['AWS_REGION', {}, { ...REGION, AWS_DEFAULT_REGION: 'c' }, 'us-east-1'],
    ['AWS_DEFAULT_REGION', {}, { AWS_DEFAULT_REGION: 'c' }, 'c'],
    ['the profile', {}, {}, 'eu-west-1'],
  ])('comes from %s', async (_, options, environment, expected) => {
    expect((await load(options, environment)).region).toBe(expected);
  });

  it('is a usage error when there is none', async () => {
    await expect(load({ profile: 'plain' })).rejects.toThrow(/no region: .*--region.*AWS_REGION/);
  });
});

describe('the profile', () => {
  it('comes from --profile, else AWS_PROFILE', async () => {
    const environment = { AWS_PROFILE: 'plain', ...REGION };
    expect((await load({ profile: 'lab' }, environment)).profile).toBe('lab');
    expect((await load({}, environment)).profile).toBe('plain');
    expect((await load({}, REGION)).profile).toBeUndefined();
  });

  it('is a usage error when no file has it', async () => {
    await expect(load({ profile: 'other' })).rejects.toThrow(/there is no profile other/);
  });
});

it('takes the CAs from the option, AWS_CA_BUNDLE, the profile', async () => {
  const environment = { AWS_CA_BUNDLE: '/of/the/variable.pem' };
  expect((await load({ tlsCa: 'x.pem' }, environment)).caBundle).toBe('x.pem');
  expect((await load({ profile: 'lab' }, environment)).caBundle).toBe('/of/the/variable.pem');
  expect((await load({ profile: 'lab' })).caBundle).toBe('/ca/of/the/profile.pem');
  expect((await load({})).caBundle).toBeUndefined();
});
