/**
 * An Amazon Resource Name: arn:partition:service:region:account:resource (AWS General Reference).
 */
export interface Arn {
  /** Such as aws or aws-cn. */
  readonly partition: string;
  /** Such as acm-pca. */
  readonly service: string;
  /** Empty for resources of no region, such as users and certificate templates. */
  readonly region: string;
  /** Twelve digits; empty for resources of no account, such as certificate templates. */
  readonly accountId: string;
  /** The rest, which may contain colons and slashes. */
  readonly resource: string;
}

const ARN = /^arn:([a-z][a-z0-9-]*):([a-z][a-z0-9-]*):([a-z0-9-]*):([0-9]{12})?:([!-~]+)$/;
const MAX_LENGTH = 2048;

/** Prefixes of the regions outside the partition aws. */
const PARTITIONS = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
  ['eusc-', 'aws-eusc'],
] as const;

/** The parts of an ARN, or undefined when `text` is not one. */
export function parseArn(text: string): Arn | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [, partition, service, region, accountId = '', resource] = ARN.exec(text) ?? [];
  if (partition === undefined || service === undefined) return undefined;
  if (region === undefined || resource === undefined) return undefined;
  return { partition, service, region, accountId, resource };
}

/** The text of an ARN. */
export function formatArn({ partition, service, region, accountId, resource }: Arn): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** The partition of a region; aws for an unknown region. */
export function partitionOf(region: string): string {
  const [, partition] = PARTITIONS.find(([prefix]) => region.startsWith(prefix)) ?? [];
  return partition ?? 'aws';
}
