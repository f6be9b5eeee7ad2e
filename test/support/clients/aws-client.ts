import path from 'node:path';
import { tempDirectory } from '../servers/temp-directory.ts';

export type Members = Readonly<Record<string, unknown>>;

/** What a client of AWS made of an answer, in the same form for all of them. */
export interface AwsAnswer {
  readonly status: number;
  /** As the client presents it; without what it says about the exchange. */
  readonly output?: Members;
  readonly error?: {
    /** By which a program tells errors apart. */
    readonly name: string;
    /** The class of an error in the client's model, where there are such. */
    readonly class?: string;
    readonly message: string;
    /** Other members of the error; undefined where the client shows none. */
    readonly members: Members | undefined;
  };
}

export type AwsService = 'acm-pca' | 'pca-connector-scep';

/** A real client of one of the two APIs. */
export interface AwsClient {
  /** @param operation in the spelling of the API model */
  call(operation: string, input?: Members): Promise<AwsAnswer>;
  /** All pages by the client's own paginator. A client may show them as one. */
  list(operation: string, input: Members, pageSize: number): Promise<readonly Members[]>;
  /** Milliseconds since the epoch. @throws Error when the value is not what this client makes of a timestamp */
  readTime(value: unknown): number;
  close(): Promise<void>;
}

/** A client of Private CA, for which the SDKs have waiters. */
export interface PrivateCaClient extends AwsClient {
  /** Asks every second by the client's own waiter, for a minute. @throws Error when it gives up */
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

/** The members that the errors of the API have beside their message. */
export const ERROR_MEMBERS = ['ResourceId', 'ResourceType', 'ServiceCode', 'QuotaCode', 'Reason'];

/** The variables of a client that runs as a process of its own: nothing of this machine's AWS settings reaches it. */
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
