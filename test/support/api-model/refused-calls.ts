import { certificateArn } from '../../../src/private-ca/model/private-ca-arns.ts';
import type { Members } from '../clients/aws-client.ts';
import {
  ACM,
  type AuthoritiesOfAllStates,
  REPORT,
  SAMPLE_CSR,
} from '../servers/authorities-of-all-states.ts';
import { ROOT_INPUT } from '../servers/create-test-authority.ts';
import { membersOfShape, readApiModel } from './api-model.ts';

/** A call of a Private CA action, and the error that it gets. */
export interface RefusedCall {
  readonly action: string;
  readonly error: string;
  readonly input: Members;
  /** The ARN of an authority that another call changes at the same time. */
  readonly losesRaceFor?: string;
}

/** Inputs by action and by error, without "Exception". */
type Inputs = Readonly<Record<string, Readonly<Record<string, Members>>>>;

const model = readApiModel('acm-pca');
const { operations } = model;
const TEMPLATE = 'arn:aws:acm-pca:::template/EndEntityCertificate/V1';
const RSA = { SigningAlgorithm: 'SHA256WITHRSA' };
const ISSUE = {
  ...{ Csr: SAMPLE_CSR, SigningAlgorithm: 'SHA256WITHECDSA' },
  Validity: { Type: 'DAYS', Value: 1 },
};
const PERMISSION = { Principal: ACM, Actions: ['GetCertificate'] };
const RESERVED = { Tags: [{ Key: 'aws:x' }] };
const DENYING = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: 'acm-pca:*', Resource: '*' }],
};
/** Valid PEM armour around something that is no certificate. */
const NO_CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n';

/** One call for every error of every action that this server can return. */
export function refusedCalls(authorities: AuthoritiesOfAllStates): readonly RefusedCall[] {
  const about = inputsAbout(authorities);
  const byHand = [aboutAuthorities(authorities), aboutCertificates(authorities)].map(flat);
  const races = flat(lostRaces(authorities)).map((call) => {
    const { CertificateAuthorityArn, ResourceArn = CertificateAuthorityArn } = call.input;
    return { ...call, losesRaceFor: String(ResourceArn) };
  });
  return [...flat(aboutAll(authorities, about)), ...byHand.flat(), ...races];
}

function flat(inputs: Inputs): readonly RefusedCall[] {
  return Object.entries(inputs).flatMap(([action, byError]) =>
    Object.entries(byError).map(([error, input]) => {
      return { action, error: `${error}Exception`, input };
    }),
  );
}

/** What an action needs besides the ARN of an authority. */
function inputsAbout({
  active,
  issued,
}: AuthoritiesOfAllStates): Readonly<Record<string, Members>> {
  const { CertificateAuthorityArn: arn } = active;
  return {
    CreateCertificateAuthorityAuditReport: REPORT,
    CreatePermission: PERMISSION,
    DeletePermission: { Principal: ACM },
    DescribeCertificateAuthorityAuditReport: {
      AuditReportId: '11223344-1234-1122-2233-112233445566',
    },
    GetCertificate: { CertificateArn: certificateArn(arn, issued) },
    ImportCertificateAuthorityCertificate: { Certificate: NO_CERTIFICATE },
    IssueCertificate: ISSUE,
    PutPolicy: { Policy: '{}' },
    RevokeCertificate: { CertificateSerial: issued, RevocationReason: 'SUPERSEDED' },
    TagCertificateAuthority: { Tags: [{ Key: 'a' }] },
    UntagCertificateAuthority: { Tags: [{ Key: 'a' }] },
  };
}

/** Builds the inputs of every action that takes an authority. */
function aboutAll(
  { active, deleted }: AuthoritiesOfAllStates,
  about: Readonly<Record<string, Members>>,
): Inputs {
  const arns = {
    InvalidArn: TEMPLATE,
    ResourceNotFound: active.CertificateAuthorityArn.replace(/.{4}$/, '0000'),
    InvalidState: deleted.CertificateAuthorityArn,
  };
  const calls = Object.entries(operations).flatMap(([action, { input, errors = [] }]) => {
    const names = membersOfShape(model, input).map(([name]) => name);
    const name = names.find((one) => ['CertificateAuthorityArn', 'ResourceArn'].includes(one));
    if (name === undefined) return [];
    const known = errors.map(({ shape }) => shape);
    const inputs = Object.entries({ ...arns, ...unfit(action, active) })
      .filter(([error]) => known.includes(`${error}Exception`))
      .map(([error, arn]) => [error, { ...about[action], [name]: arn }]);
    return [[action, Object.fromEntries(inputs) as Inputs[string]] as const];
  });
  return Object.fromEntries(calls);
}

/**
 * The state that makes the action fail: only RestoreCertificateAuthority accepts a deleted
 * authority.
 */
function unfit(action: string, { CertificateAuthorityArn }: AuthoritiesOfAllStates['active']) {
  return action === 'RestoreCertificateAuthority' ? { InvalidState: CertificateAuthorityArn } : {};
}

function aboutAuthorities(authorities: AuthoritiesOfAllStates): Inputs {
  const { active, pending, creating, failed, certificate } = authorities;
  const { CertificateAuthorityConfiguration } = ROOT_INPUT;
  const mixed = {
    CertificateAuthorityConfiguration: { ...CertificateAuthorityConfiguration, ...RSA },
  };
  const policy = (text: string) => ({ ResourceArn: active.CertificateAuthorityArn, Policy: text });
  const imported = { Certificate: certificate };
  return {
    CreateCertificateAuthority: {
      InvalidArgs: { ...ROOT_INPUT, ...mixed },
      InvalidTag: { ...ROOT_INPUT, ...RESERVED },
      LimitExceeded: ROOT_INPUT,
    },
    CreateCertificateAuthorityAuditReport: {
      InvalidArgs: { ...active, ...REPORT, S3BucketName: 'No Bucket' },
      RequestInProgress: { ...active, ...REPORT },
    },
    CreatePermission: {
      LimitExceeded: { ...pending, ...PERMISSION },
      PermissionAlreadyExists: { ...active, ...PERMISSION },
    },
    GetCertificateAuthorityCsr: {
      RequestInProgress: { ...creating },
      RequestFailed: { ...failed },
    },
    ImportCertificateAuthorityCertificate: {
      CertificateMismatch: { ...pending, ...imported },
      InvalidRequest: { ...active, ...imported, CertificateChain: certificate },
      MalformedCertificate: { ...pending, Certificate: NO_CERTIFICATE },
      RequestInProgress: { ...creating, ...imported },
    },
    ListCertificateAuthorities: { InvalidNextToken: { NextToken: 'x' } },
    ListPermissions: { InvalidNextToken: { ...active, NextToken: 'x' } },
    PutPolicy: { InvalidPolicy: policy('{}'), LockoutPrevented: policy(JSON.stringify(DENYING)) },
    TagCertificateAuthority: {
      InvalidTag: { ...active, ...RESERVED },
      TooManyTags: { ...pending, Tags: [{ Key: 'one more' }] },
    },
    UntagCertificateAuthority: { InvalidTag: { ...active, ...RESERVED } },
    UpdateCertificateAuthority: { InvalidArgs: { ...active, Status: 'EXPIRED' } },
  };
}

function aboutCertificates(authorities: AuthoritiesOfAllStates): Inputs {
  const { active, revoked, unfinished, own } = authorities;
  const { CertificateAuthorityArn: arn } = active;
  const revoking = (CertificateSerial: string) => {
    return { ...active, CertificateSerial, RevocationReason: 'KEY_COMPROMISE' };
  };
  return {
    GetCertificate: {
      RequestInProgress: { ...active, CertificateArn: certificateArn(arn, unfinished) },
    },
    IssueCertificate: {
      InvalidArgs: { ...active, ...ISSUE, ...RSA },
      MalformedCSR: { ...active, ...ISSUE, Csr: 'x' },
    },
    RevokeCertificate: {
      InvalidRequest: revoking(own),
      RequestAlreadyProcessed: revoking(revoked),
      RequestInProgress: revoking(unfinished),
    },
  };
}

function lostRaces({ active, pending, certificate }: AuthoritiesOfAllStates): Inputs {
  const race = (input: Members) => ({ ConcurrentModification: input });
  const { CertificateAuthorityArn: ResourceArn } = active;
  return {
    DeleteCertificateAuthority: race({ ...pending }),
    ImportCertificateAuthorityCertificate: race({ ...active, Certificate: certificate }),
    PutPolicy: race({ ResourceArn, Policy: JSON.stringify(sharingPolicy(ResourceArn)) }),
    UpdateCertificateAuthority: race({ ...active, Status: 'DISABLED' }),
  };
}

/** A policy in the only form that AWS accepts. */
export function sharingPolicy(Resource: string): object {
  const statement = { Effect: 'Allow', Principal: { AWS: '999999999999' }, Resource };
  const read = ['DescribeCertificateAuthority', 'GetCertificate', 'ListPermissions', 'ListTags'];
  const reading = [...read, 'GetCertificateAuthorityCertificate'].map((name) => `acm-pca:${name}`);
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'read', ...statement, Action: reading },
      {
        ...{ Sid: 'issue', ...statement, Action: 'acm-pca:IssueCertificate' },
        Condition: { StringEquals: { 'acm-pca:TemplateArn': TEMPLATE } },
      },
    ],
  };
}
