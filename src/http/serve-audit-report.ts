import type { Caller } from '../aws-wire/caller.ts';
import type { WireReply } from '../aws-wire/codec.ts';
import { JSON_CODEC } from '../aws-wire/json-codec.ts';
import { type Gates, runOperation } from '../aws-wire/run-operation.ts';
import type { SignedRequest } from '../aws-wire/sigv4/signed-request.ts';
import { ACTIONS } from '../private-ca/actions/actions.ts';
import type { AuditReportFormat } from '../private-ca/audit-report/audit-report-record.ts';
import {
  type ReportContext,
  readAuditReport,
} from '../private-ca/audit-report/find-audit-report.ts';
import { scopedTo } from '../private-ca/model/ca-context.ts';
import { authorityArn } from '../private-ca/model/private-ca-arns.ts';
import type { ApiCall } from './api-call.ts';

/** Reads a report for a caller of the same account. @throws AwsError */
export type ServeAuditReport = (
  caller: Caller,
  authorityId: string,
  reportId: string,
  format: AuditReportFormat,
) => Promise<string>;

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** An S3Key, under any path. */
const PATH = new RegExp(`/audit-report/(${UUID})/(${UUID})\\.(json|csv)$`);

const CONTENT_TYPES = { JSON: 'application/json', CSV: 'text/csv' };

/** Reading a report needs the permission to describe it. */
export function serveAuditReport(ca: ReportContext, gates: Gates): ServeAuditReport {
  const name = 'DescribeCertificateAuthorityAuditReport';
  const { input, access } = ACTIONS[name];
  return async (caller, authorityId, AuditReportId, format) => {
    const arn = authorityArn(caller, authorityId);
    const operation = {
      input,
      access,
      run: () => readAuditReport(scopedTo(ca, caller), arn, AuditReportId, format),
    };
    const call = {
      caller,
      name,
      operation,
      input: { CertificateAuthorityArn: arn, AuditReportId },
      codec: JSON_CODEC,
    };
    return String(await runOperation(gates, ca, call));
  };
}

/**
 * Reads a GET request for a report, signed for Private CA; undefined for any other request. At AWS
 * the report is in S3; here the server that made it serves it.
 */
export function readAuditReportCall(
  serve: ServeAuditReport | undefined,
  caller: Caller,
  { method, target }: SignedRequest,
): ApiCall | undefined {
  const [, authorityId, reportId, ending] = PATH.exec(target) ?? [];
  if (serve === undefined || method !== 'GET') return undefined;
  if (authorityId === undefined || reportId === undefined) return undefined;
  const format = ending === 'csv' ? 'CSV' : 'JSON';
  return {
    operation: 'GetAuditReport',
    answer: async (): Promise<WireReply> => ({
      status: 200,
      headers: { 'Content-Type': CONTENT_TYPES[format] },
      body: await serve(caller, authorityId, reportId, format),
    }),
  };
}
