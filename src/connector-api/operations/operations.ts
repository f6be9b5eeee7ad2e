import type { Operation } from '../operation.ts';
import { createChallenge } from './create-challenge.ts';
import { createConnector } from './create-connector.ts';
import { deleteChallenge } from './delete-challenge.ts';
import { deleteConnector } from './delete-connector.ts';
import { getChallengeMetadata } from './get-challenge-metadata.ts';
import { getChallengePassword } from './get-challenge-password.ts';
import { getConnector } from './get-connector.ts';
import { listChallengeMetadata } from './list-challenge-metadata.ts';
import { listConnectors } from './list-connectors.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { tagResource } from './tag-resource.ts';
import { untagResource } from './untag-resource.ts';

/** The operations of AWS Private CA Connector for SCEP by their AWS names. */
export const OPERATIONS = {
  CreateChallenge: createChallenge,
  CreateConnector: createConnector,
  DeleteChallenge: deleteChallenge,
  DeleteConnector: deleteConnector,
  GetChallengeMetadata: getChallengeMetadata,
  GetChallengePassword: getChallengePassword,
  GetConnector: getConnector,
  ListChallengeMetadata: listChallengeMetadata,
  ListConnectors: listConnectors,
  ListTagsForResource: listTagsForResource,
  TagResource: tagResource,
  UntagResource: untagResource,
} as const satisfies Readonly<Record<string, Operation<unknown, unknown>>>;

export type OperationName = keyof typeof OPERATIONS;
