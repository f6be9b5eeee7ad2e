import { AwsError } from '../aws-error.ts';
import { SERVICES, type Service } from '../caller.ts';
import type { CredentialScope } from './parse-authorization.ts';

const TERMINATOR = 'aws4_request';

/**
 * The service that the request was signed for. `signedAt` is YYYYMMDDTHHMMSSZ.
 * @throws AwsError InvalidSignatureException when the scope is of another day, or its region or
 *   service is not served here
 */
export function checkScope(
  scope: CredentialScope,
  signedAt: string,
  regions: readonly string[],
): Service {
  const { date, region, terminator } = scope;
  if (!signedAt.startsWith(`${date}T`)) {
    throw invalid(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP',
    );
  }
  if (!regions.includes(region)) {
    throw invalid(`Credential should be scoped to a valid region, not '${region.slice(0, 64)}'.`);
  }
  const service = SERVICES.find((name) => name === scope.service);
  if (service === undefined) {
    const names = SERVICES.map((name) => `'${name}'`).join(' or ');
    throw invalid(`Credential should be scoped to correct service: ${names}.`);
  }
  if (terminator !== TERMINATOR) {
    throw invalid(`Credential should be scoped with a valid terminator: '${TERMINATOR}'.`);
  }
  return service;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidSignatureException', message);
}
