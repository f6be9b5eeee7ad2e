import type { PrivateCaClient } from '../api/private-ca-service.ts';
import { readAnswer } from '../api-command/api-answers.ts';
import { completeId } from '../api-command/complete-arn.ts';
import { collectItems, listItems } from '../api-command/list-items.ts';
import { type CaDescription, caSchema, describeCaAnswer } from './ca-answers.ts';

/** Help text of an argument that names a CA. */
export const CA_ARGUMENT = 'ARN or id of the CA, or the beginning of its id';

/** The ARN of a CA. @throws UsageError as `completeId` does */
export function completeCaArn(api: PrivateCaClient, text: string): Promise<string> {
  return completeId(text, 'CA', async () =>
    (await collectItems(listCaItems(api), Number.POSITIVE_INFINITY)).map(
      (item) => readAnswer(caSchema, item).Arn,
    ),
  );
}

export function listCaItems(api: PrivateCaClient): AsyncGenerator<unknown, void> {
  const operation = 'ListCertificateAuthorities';
  return listItems(api, { operation, member: 'CertificateAuthorities' });
}

export async function describeCa(api: PrivateCaClient, arn: string): Promise<CaDescription> {
  const answer = await api.call('DescribeCertificateAuthority', { CertificateAuthorityArn: arn });
  return readAnswer(describeCaAnswer, answer).CertificateAuthority;
}
