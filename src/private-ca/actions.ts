import type { z } from 'zod';
import { validateInput } from '../aws-wire/validate-input.ts';
import {
  createCertificateAuthority,
  createCertificateAuthorityInput,
} from './actions/create-certificate-authority.ts';
import {
  describeCertificateAuthority,
  describeCertificateAuthorityInput,
} from './actions/describe-certificate-authority.ts';
import { getCertificate, getCertificateInput } from './actions/get-certificate.ts';
import {
  getCertificateAuthorityCertificate,
  getCertificateAuthorityCertificateInput,
} from './actions/get-certificate-authority-certificate.ts';
import {
  getCertificateAuthorityCsr,
  getCertificateAuthorityCsrInput,
} from './actions/get-certificate-authority-csr.ts';
import {
  importCertificateAuthorityCertificate,
  importCertificateAuthorityCertificateInput,
} from './actions/import-certificate-authority-certificate.ts';
import { issueCertificate, issueCertificateInput } from './actions/issue-certificate.ts';
import { revokeCertificate, revokeCertificateInput } from './actions/revoke-certificate.ts';
import type { PrivateCa } from './private-ca.ts';

/** The actions of the AWS Private CA API that exist here, under their AWS names. */
export type ActionName =
  | 'CreateCertificateAuthority'
  | 'DescribeCertificateAuthority'
  | 'GetCertificate'
  | 'GetCertificateAuthorityCertificate'
  | 'GetCertificateAuthorityCsr'
  | 'ImportCertificateAuthorityCertificate'
  | 'IssueCertificate'
  | 'RevokeCertificate';

/** Takes an input that nobody has checked; members and errors are those of the API. */
type Action<Output> = (ca: PrivateCa, input: unknown) => Promise<Output>;

export const ACTIONS = {
  CreateCertificateAuthority: action(createCertificateAuthorityInput, createCertificateAuthority),
  DescribeCertificateAuthority: action(
    describeCertificateAuthorityInput,
    describeCertificateAuthority,
  ),
  GetCertificate: action(getCertificateInput, getCertificate),
  GetCertificateAuthorityCertificate: action(
    getCertificateAuthorityCertificateInput,
    getCertificateAuthorityCertificate,
  ),
  GetCertificateAuthorityCsr: action(getCertificateAuthorityCsrInput, getCertificateAuthorityCsr),
  ImportCertificateAuthorityCertificate: action(
    importCertificateAuthorityCertificateInput,
    importCertificateAuthorityCertificate,
  ),
  IssueCertificate: action(issueCertificateInput, issueCertificate),
  RevokeCertificate: action(revokeCertificateInput, revokeCertificate),
} satisfies Record<ActionName, Action<unknown>>;

function action<Input, Output>(
  schema: z.ZodType<Input>,
  run: (ca: PrivateCa, input: Input) => Promise<Output>,
): Action<Output> {
  return async (ca, input) => run(ca, validateInput(schema, input));
}
