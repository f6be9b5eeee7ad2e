import type { Operation } from './operation.ts';
import { createChallenge } from './operations/create-challenge.ts';
import { createConnector } from './operations/create-connector.ts';
import { deleteChallenge } from './operations/delete-challenge.ts';
import { deleteConnector } from './operations/delete-connector.ts';
import { getChallengeMetadata } from './operations/get-challenge-metadata.ts';
import { getChallengePassword } from './operations/get-challenge-password.ts';
import { getConnector } from './operations/get-connector.ts';
import { listChallengeMetadata } from './operations/list-challenge-metadata.ts';
import { listConnectors } from './operations/list-connectors.ts';
import { listTagsForResource } from './operations/list-tags-for-resource.ts';
import { tagResource } from './operations/tag-resource.ts';
import { untagResource } from './operations/untag-resource.ts';

/** The operations of AWS Private CA Connector for SCEP, under their AWS names; there is no other way into this room. */
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
