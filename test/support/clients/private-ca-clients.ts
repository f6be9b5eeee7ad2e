import { openAcmPcaInCbor } from './acm-pca-cbor-client.ts';
import { openAcmPcaSdk } from './acm-pca-client.ts';
import type { AwsAccess, PrivateCaClient } from './aws-client.ts';
import { openBoto3, openBoto3InCbor, PYTHON } from './boto3-client.ts';

export interface KindOfClient {
  readonly name: string;
  /** The programs that it needs. */
  readonly programs: readonly string[];
  readonly open: (access: AwsAccess) => PrivateCaClient;
}

export const PRIVATE_CA_CLIENTS: readonly KindOfClient[] = [
  { name: '@aws-sdk/client-acm-pca', programs: [], open: openAcmPcaSdk },
  { name: 'AwsSmithyRpcV2CborProtocol', programs: [], open: openAcmPcaInCbor },
  { name: 'boto3', programs: [PYTHON], open: (access) => openBoto3(access, 'acm-pca') },
  { name: 'boto3 in Smithy RPC v2 CBOR', programs: [PYTHON], open: openBoto3InCbor },
];
