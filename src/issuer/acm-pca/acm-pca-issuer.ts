import { setTimeout as sleep } from 'node:timers/promises';
import { IssueCertificateCommand } from '@aws-sdk/client-acm-pca';
import { encodePem } from '../../asn1/pem.ts';
import { parseArn } from '../../aws-wire/arn.ts';
import { createSecondCounter, type SecondCounterOptions } from '../../aws-wire/second-counter.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { type IssueRequest, type Issuer, IssuerError, requireTimeToAsk } from '../issuer.ts';
import { passthroughParameters } from '../passthrough.ts';
import {
  type AuthorityDescriptions,
  createAuthorityDescriptions,
} from './authority-descriptions.ts';
import { createIssuedCertificates, type IssuedCertificates } from './issued-certificates.ts';
import { type ClientSettings, openRegionClients } from './open-region-clients.ts';
import {
  type CallDependencies,
  createPrivateCaCalls,
  type PrivateCaCalls,
} from './private-ca-calls.ts';
import { createRareReport, type ReportRarely } from './report-rarely.ts';
import { createRevocationChecks } from './revocation-checks.ts';

export interface AcmPcaIssuerOptions extends ClientSettings {
  /** Where every call goes; by default to the region of the authority's ARN. */
  readonly region?: string | undefined;
  /** IssueCertificate calls of all replicas together for one authority. */
  readonly certificatesPerSecond: number;
  readonly store: SecondCounterOptions['store'];
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Logs what an administrator should know. */
  readonly report: (message: string, cause?: unknown) => void;
  readonly sleep?: CallDependencies['sleep'];
  readonly random?: CallDependencies['random'];
}

interface Parts {
  readonly clock: () => number;
  readonly calls: PrivateCaCalls;
  readonly descriptions: AuthorityDescriptions;
  readonly certificates: IssuedCertificates;
  readonly takeToken: (authorityArn: string) => Promise<void>;
}

/**
 * The issuer port over AWS Private CA. It retries reads, and leaves the retrying of
 * IssueCertificate to its caller.
 */
export function createAcmPcaIssuer(options: AcmPcaIssuerOptions): Issuer {
  const { region, clock, report } = options;
  const reportRarely = createRareReport(clock, report);
  const calls = createPrivateCaCalls({
    ...{ region, clock, report, reportRarely },
    clientOf: openRegionClients(options),
    sleep: options.sleep ?? ((ms) => sleep(ms)),
    random: options.random ?? Math.random,
  });
  const descriptions = createAuthorityDescriptions(calls, clock);
  const certificates = createIssuedCertificates(calls, clock);
  const takeToken = createTokens(options, reportRarely);
  const parts = { clock, calls, descriptions, certificates, takeToken };
  return {
    describeAuthority: (authorityArn) => describeAuthority(descriptions, authorityArn),
    issueCertificate: (request) => issueCertificate(parts, request),
    getCertificate: certificates.get,
    ...createRevocationChecks({ descriptions, clock, report }),
  };
}

async function describeAuthority(descriptions: AuthorityDescriptions, arn: string) {
  const { Status, UsageMode } = await descriptions.describe(arn);
  return {
    arn,
    status: Status === 'ACTIVE' ? Status : 'NOT_ACTIVE',
    usageMode: UsageMode ?? 'GENERAL_PURPOSE',
    ...(await descriptions.certificateOf(arn)),
  } as const;
}

async function issueCertificate(
  { clock, calls, descriptions, certificates, takeToken }: Parts,
  request: IssueRequest,
): Promise<string> {
  const { authorityArn, csr, notAfter, notBefore, idempotencyToken } = request;
  const { template, apiPassthrough } = passthroughParameters(request.passthrough);
  const command = new IssueCertificateCommand({
    CertificateAuthorityArn: authorityArn,
    Csr: Buffer.from(encodePem('CERTIFICATE REQUEST', csr)),
    SigningAlgorithm: await descriptions.signingAlgorithmOf(authorityArn),
    Validity: absolute(notAfter),
    TemplateArn: `arn:${parseArn(authorityArn)?.partition}:acm-pca:::template/${template}`,
    IdempotencyToken: idempotencyToken,
    ...omitUndefined({
      ValidityNotBefore: notBefore && absolute(notBefore),
      ApiPassthrough: apiPassthrough,
    }),
  });
  await takeToken(authorityArn);
  requireTimeToAsk(request, clock());
  try {
    const { CertificateArn } = await calls.once('IssueCertificate', authorityArn, (client, how) =>
      client.send(command, how),
    );
    const arn = String(CertificateArn);
    if (arn.startsWith(`${authorityArn}/certificate/`)) {
      certificates.forget(arn);
      return arn;
    }
  } catch (error) {
    const isStale = error instanceof IssuerError && error.fault === 'not-active';
    if (isStale) descriptions.forgetStatus(authorityArn);
    throw error;
  }
  throw new IssuerError('unanswered', `AWS Private CA named no certificate of ${authorityArn}`);
}

/**
 * Refuses calls beyond the rate before AWS would: a call that AWS throttles still counts against
 * the quota that all clients of the account share.
 */
function createTokens(
  { store, clock, certificatesPerSecond }: AcmPcaIssuerOptions,
  reportRarely: ReportRarely,
) {
  const isWithin = createSecondCounter({
    ...{ store, clock },
    onStoreFailure: (error) =>
      reportRarely(
        'store',
        'the store cannot count certificates; this process counts alone',
        error,
      ),
  });
  return async (authorityArn: string): Promise<void> => {
    const id = authorityArn.slice(authorityArn.lastIndexOf('/') + 1);
    if (await isWithin(`issuing-${id}`, 'IssueCertificate', certificatesPerSecond)) return;
    const message = `issuer.certificatesPerSecond (${certificatesPerSecond}) of ${authorityArn} is used up; raise it if the quota L-CAFB4993 of the account allows more`;
    reportRarely(`rate ${authorityArn}`, message);
    throw new IssuerError('throttled', message);
  };
}

function absolute(time: Date) {
  return { Type: 'ABSOLUTE', Value: Math.floor(time.getTime() / 1_000) } as const;
}
