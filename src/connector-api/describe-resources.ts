import type { z } from 'zod';
import type { ChallengeRecord } from '../connectors/challenges/challenge-record.ts';
import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { connectorPath, openIdConfiguration } from '../connectors/connector-urls.ts';
import type { challengeMetadataSchema, connectorSchema } from './api-schemas.ts';

/** A connector as the API shows it. @param enrolUrl without a slash at the end */
export function describeConnector(
  enrolUrl: string,
  connector: ConnectorRecord,
): z.infer<typeof connectorSchema> {
  return {
    Arn: connector.arn,
    CertificateAuthorityArn: connector.certificateAuthorityArn,
    Type: connector.type,
    ...describeIntune(enrolUrl, connector),
    Status: connector.status,
    ...(connector.statusReason && { StatusReason: connector.statusReason }),
    Endpoint: `${enrolUrl}${connectorPath(connector)}`,
    CreatedAt: new Date(connector.createdAt),
    UpdatedAt: new Date(connector.updatedAt),
  };
}

function describeIntune(enrolUrl: string, connector: ConnectorRecord) {
  const { intune } = connector.mobileDeviceManagement ?? {};
  if (intune === undefined) return {};
  const { issuer, subject, audience } = openIdConfiguration(enrolUrl, connector);
  return {
    MobileDeviceManagement: {
      Intune: { AzureApplicationId: intune.azureApplicationId, Domain: intune.domain },
    },
    OpenIdConfiguration: { Issuer: issuer, Subject: subject, Audience: audience },
  };
}

/** A challenge as the API shows it: without its password. */
export function describeChallenge(
  challenge: ChallengeRecord,
): z.infer<typeof challengeMetadataSchema> {
  return {
    Arn: challenge.arn,
    ConnectorArn: challenge.connectorArn,
    CreatedAt: new Date(challenge.createdAt),
    UpdatedAt: new Date(challenge.updatedAt),
  };
}
