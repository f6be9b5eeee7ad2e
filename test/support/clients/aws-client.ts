import path from 'node:path';
import { tempDirectory } from '../servers/temp-directory.ts';

export type Members = Readonly<Record<string, unknown>>;

/** What an AWS client made of an answer, in one form for all clients. */
export interface AwsAnswer {
  readonly status: number;
  /** The output as the client presents it, without metadata about the exchange. */
  readonly output?: Members;
  readonly error?: {
    /** The name by which a program tells errors apart. */
    readonly name: string;
    /** The class of the error in the client's model, if the client has such classes. */
    readonly class?: string;
    readonly message: string;
    /** Other members of the error; undefined when the client does not show them. */
    readonly members: Members | undefined;
  };
}

export type AwsService = 'acm-pca' | 'pca-connector-scep';

/** A real client of one of the two APIs. */
export interface AwsClient {
  /** @param operation as the API model spells it */
  call(operation: string, input?: Members): Promise<AwsAnswer>;
  /** All pages, fetched by the client's own paginator. A client may return them as one page. */
  list(operation: string, input: Members, pageSize: number): Promise<readonly Members[]>;
  /**
   * Milliseconds since the epoch.
   * @throws Error when the value is not this client's form of a timestamp
   */
  readTime(value: unknown): number;
  close(): Promise<void>;
}

/** A client of Private CA. Its SDKs have waiters. */
export interface PrivateCaClient extends AwsClient {
  /**
   * Polls every second for a minute, by the client's own waiter.
   * @throws Error when the waiter gives up
   */
  waitUntil(waiter: Waiter, input: Members): Promise<void>;
}

type Waiter = 'AuditReportCreated' | 'CertificateAuthorityCSRCreated' | 'CertificateIssued';

export interface AwsAccess {
  readonly apiUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The members that errors of the API have besides their message. */
export const ERROR_MEMBERS = ['ResourceId', 'ResourceType', 'ServiceCode', 'QuotaCode', 'Reason'];

/** The environment of a client process, without any AWS settings of this machine. */
export function awsEnvironment(access: AwsAccess): Readonly<Record<string, string>> {
  const nowhere = path.join(tempDirectory(), 'none');
  const inherited = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(inherited.map((name) => [name, ''])),
    ...{ AWS_CONFIG_FILE: nowhere, AWS_SHARED_CREDENTIALS_FILE: nowhere },
    ...{ AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL: access.apiUrl },
    ...{ AWS_REGION: access.region, AWS_DEFAULT_REGION: access.region },
    AWS_ACCESS_KEY_ID: access.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.secretAccessKey,
    AWS_SESSION_TOKEN: access.sessionToken ?? '',
  };
}

/** "CreateConnector" as create-connector or create_connector, "CSRCreated" as csr-created. */
export function inLowerCase(name: string, separator: string): string {
  const words = name.split(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/);
  return words.join(separator).toLowerCase();
}
