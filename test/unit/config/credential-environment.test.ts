import { expect, it } from 'vitest';
import { readCredentialEnvironment } from '../../../src/config/credential-environment.ts';
import { UsageError } from '../../../src/config/usage-error.ts';

const ENVIRONMENT = {
  SCEP_CONNECTOR_ACCESS_KEY_ID: 'AKIAENVENVENVENVENVE',
  SCEP_CONNECTOR_SECRET_ACCESS_KEY: 'environment/secret/key/of/no/account+000',
  SCEP_CONNECTOR_ACCOUNT_ID: '000011112222',
  SCEP_CONNECTOR_USER_NAME: 'alice',
};

function mistakes(environment: Readonly<Record<string, string>>): string {
  try {
    readCredentialEnvironment(environment);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('the environment was accepted');
}

it('reads a credential', () => {
  const credential = readCredentialEnvironment(ENVIRONMENT);
  expect(credential).toMatchObject({ accountId: '000011112222', userName: 'alice' });
  expect(credential?.secretAccessKey.export().toString()).toBe(
    ENVIRONMENT.SCEP_CONNECTOR_SECRET_ACCESS_KEY,
  );
});

it('reads a session token and a policy', () => {
  const policy = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
  const credential = readCredentialEnvironment({
    ...ENVIRONMENT,
    SCEP_CONNECTOR_SESSION_TOKEN: 'token',
    SCEP_CONNECTOR_POLICY: JSON.stringify(policy),
  });
  expect(credential?.sessionToken?.export().toString()).toBe('token');
  expect(credential?.policy?.statements).toHaveLength(1);
});

it('finds no credential if nothing is set, or only empty variables', () => {
  expect(readCredentialEnvironment({ SCEP_CONNECTOR_CONFIG: 'a' })).toBeUndefined();
  expect(readCredentialEnvironment({ SCEP_CONNECTOR_ACCESS_KEY_ID: '' })).toBeUndefined();
  expect(readCredentialEnvironment({ SCEP_CONNECTOR_POLICY: '' })).toBeUndefined();
});

it('refuses a policy that came out empty, instead of granting everything', () => {
  expect(mistakes({ ...ENVIRONMENT, SCEP_CONNECTOR_POLICY: '' })).toBe(
    'SCEP_CONNECTOR_POLICY is not accepted: the policy is not JSON',
  );
});

it('refuses half a credential', () => {
  const { SCEP_CONNECTOR_ACCESS_KEY_ID } = ENVIRONMENT;
  expect(mistakes({ SCEP_CONNECTOR_ACCESS_KEY_ID }).split('\n')).toEqual([
    'SCEP_CONNECTOR_SECRET_ACCESS_KEY is required: 16 to 128 printable ASCII characters',
    'SCEP_CONNECTOR_ACCOUNT_ID is required: twelve digits',
    'SCEP_CONNECTOR_USER_NAME is required: 1 to 64 letters, digits and _+=,.@-',
  ]);
});

it('shows no value', () => {
  const swapped = {
    ...ENVIRONMENT,
    SCEP_CONNECTOR_ACCESS_KEY_ID: ENVIRONMENT.SCEP_CONNECTOR_SECRET_ACCESS_KEY,
    SCEP_CONNECTOR_SECRET_ACCESS_KEY: 'environment',
    SCEP_CONNECTOR_POLICY: ENVIRONMENT.SCEP_CONNECTOR_SECRET_ACCESS_KEY,
  };
  const text = mistakes(swapped);
  expect(text.split('\n')).toHaveLength(3);
  expect(text).not.toContain('environment');
});
