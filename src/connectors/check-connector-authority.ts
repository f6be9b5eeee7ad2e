import { parseArn, partitionOf } from '../aws-wire/arn.ts';
import { type Issuer, IssuerError } from '../issuer/issuer.ts';
import type { ConnectorScope } from './connector-arns.ts';
import { invalid } from './connector-errors.ts';

/**
 * Requires that the CA belongs to the connector's account and region and that its usage mode is not
 * SHORT_LIVED_CERTIFICATE. Whether it exists and is ACTIVE shows in the connector's status instead.
 * @throws AwsError ValidationException
 */
export async function checkConnectorAuthority(
  issuer: Issuer,
  scope: ConnectorScope,
  authorityArn: string,
): Promise<void> {
  const named = parseArn(authorityArn);
  const isOwn =
    named?.accountId === scope.accountId &&
    named.region === scope.region &&
    named.partition === partitionOf(scope.region);
  if (!isOwn) {
    throw invalid('The certificate authority must be of your own account and region');
  }
  if ((await usageMode(issuer, authorityArn)) === 'SHORT_LIVED_CERTIFICATE') {
    throw invalid(
      'The usage mode of the certificate authority must be GENERAL_PURPOSE',
      'INVALID_CA_USAGE_MODE',
    );
  }
}

async function usageMode(issuer: Issuer, authorityArn: string) {
  try {
    return (await issuer.describeAuthority(authorityArn)).usageMode;
  } catch (error) {
    if (error instanceof IssuerError) return undefined;
    throw error;
  }
}
