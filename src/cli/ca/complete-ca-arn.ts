import type { PrivateCaApi } from '../api/private-ca-service.ts';
import { readAnswer } from '../api-command/api-answers.ts';
import { completeId } from '../api-command/complete-arn.ts';
import { collectItems, listItems } from '../api-command/list-items.ts';
import { type Authority, authoritySchema, describeAuthorityAnswer } from './ca-answers.ts';

/** What an argument that names a CA may be, for the help. */
export const CA_ARGUMENT = 'ARN of the CA, or its id or the beginning of it';

/** The ARN of a CA. @throws UsageError as `completeId` does */
export function completeCaArn(api: PrivateCaApi, text: string): Promise<string> {
  return completeId(text, 'CA', async () =>
    (await collectItems(listAuthorities(api), Number.POSITIVE_INFINITY)).map(
      (item) => readAnswer(authoritySchema, item).Arn,
    ),
  );
}

export function listAuthorities(api: PrivateCaApi): AsyncGenerator<unknown, void> {
  const operation = 'ListCertificateAuthorities';
  return listItems(api, { operation, member: 'CertificateAuthorities' });
}

export async function describeAuthority(api: PrivateCaApi, arn: string): Promise<Authority> {
  const answer = await api.call('DescribeCertificateAuthority', { CertificateAuthorityArn: arn });
  return readAnswer(describeAuthorityAnswer, answer).CertificateAuthority;
}
