import { AWS, openAwsCli } from './aws-cli-client.ts';
import type { AwsAccess, AwsClient } from './aws-client.ts';
import { openAwsSdk } from './aws-sdk-client.ts';
import { openBoto3, PYTHON } from './boto3-client.ts';
import { requireClient } from './require-client.ts';

interface ConnectorClient {
  readonly name: string;
  /** For `describe.runIf`. */
  readonly installed: boolean;
  readonly open: (access: AwsAccess) => AwsClient;
}

/**
 * The real clients of Connector for SCEP that the API is tested with. Prints why a client is
 * skipped.
 * @throws Error when a client is missing and CI=true, where nothing may be skipped
 */
export function connectorClients(): readonly ConnectorClient[] {
  const installed = (name: string, program: string) =>
    requireClient(name, [program], 'test/install-aws-clients.sh');
  return [
    { name: 'aws-sdk 2', installed: true, open: openAwsSdk },
    { name: 'boto3', installed: installed('boto3', PYTHON), open: (access) => openBoto3(access) },
    { name: 'AWS CLI', installed: installed('AWS CLI', AWS), open: openAwsCli },
  ];
}
