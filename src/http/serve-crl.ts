import { AwsError } from '../aws-wire/aws-error.ts';
import type { Caller } from '../aws-wire/caller.ts';
import { JSON_CODEC } from '../aws-wire/json-codec.ts';
import { type Gates, runOperation } from '../aws-wire/run-operation.ts';
import type { SignedRequest } from '../aws-wire/sigv4/signed-request.ts';
import { ACTIONS } from '../private-ca/actions/actions.ts';
import { currentCrl } from '../private-ca/crl/crls.ts';
import { scopedTo } from '../private-ca/model/ca-context.ts';
import { authorityArn } from '../private-ca/model/private-ca-arns.ts';
import type { PrivateCa } from '../private-ca/private-ca.ts';
import type { ApiCall } from './api-call.ts';

/** Reads the complete CRL of a CA for a caller of the same account; DER. @throws AwsError */
export type ServeCrl = (caller: Caller, authorityId: string) => Promise<Uint8Array>;

/** As of the enrol listener, under any path. */
const PATH = /\/crl\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.crl$/;

/** Everybody may read a CRL; here it needs the permission to read the CA's certificate. */
export function serveCrl(ca: PrivateCa, gates: Gates): ServeCrl {
  const name = 'GetCertificateAuthorityCertificate';
  const { input, access } = ACTIONS[name];
  return async (caller, authorityId) => {
    const arn = authorityArn(caller, authorityId);
    const run = async () => (await currentCrl(scopedTo(ca, caller), arn)) ?? missing(arn);
    const operation = { input, access, run };
    const call = { caller, name, operation, input: { CertificateAuthorityArn: arn } };
    return (await runOperation(gates, ca, { ...call, codec: JSON_CODEC })) as Uint8Array;
  };
}

function missing(arn: string): never {
  throw new AwsError('ResourceNotFoundException', `${arn} has no CRL`);
}

/**
 * Reads a GET request for a CRL, signed for Private CA; undefined for any other request. Those who
 * administer a CA know the address of the API, and not always that of the enrol listener.
 */
export function readCrlCall(
  serve: ServeCrl | undefined,
  caller: Caller,
  { method, target }: SignedRequest,
): ApiCall | undefined {
  const [, authorityId] = PATH.exec(target) ?? [];
  if (serve === undefined || method !== 'GET' || authorityId === undefined) return undefined;
  return {
    operation: 'GetCrl',
    answer: async () => ({
      status: 200,
      headers: { 'Content-Type': 'application/pkix-crl' },
      body: await serve(caller, authorityId),
    }),
  };
}
