import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { claimAuthorityId } from '../authority/authority-index.ts';
import { parseTagList, tagListSchema } from '../authority/authority-tags.ts';
import { type AuthorityConfiguration, createAuthority } from '../authority/create-authority.ts';
import { derAuthorityRequestInfo } from '../authority/der-authority-request-info.ts';
import {
  idempotencyTokenSchema,
  modelKeyAlgorithmSchema,
  modelSigningAlgorithmSchema,
} from '../model/api-schemas.ts';
import { asn1SubjectSchema } from '../model/asn1-subject.ts';
import { csrExtensionsSchema } from '../model/csr-extensions.ts';
import { requireMatchingAlgorithm, requireSupportedKey } from '../model/key-algorithms.ts';
import { authorityArn } from '../model/private-ca-arns.ts';
import {
  changeRevocation,
  revocationConfigurationSchema,
} from '../model/revocation-configuration.ts';
import { noteCrlBucket, requireWritableCrlBucket } from '../revocation/crl-bucket.ts';
import { defineAction } from './action.ts';
import { actionAccess, requestTagsOf } from './action-access.ts';

const input = z.object({
  CertificateAuthorityConfiguration: z.object({
    KeyAlgorithm: modelKeyAlgorithmSchema,
    SigningAlgorithm: modelSigningAlgorithmSchema,
    Subject: asn1SubjectSchema,
    CsrExtensions: csrExtensionsSchema.optional(),
  }),
  CertificateAuthorityType: z.enum(['ROOT', 'SUBORDINATE']),
  RevocationConfiguration: revocationConfigurationSchema.optional(),
  IdempotencyToken: idempotencyTokenSchema.optional(),
  KeyStorageSecurityStandard: z
    .enum([
      'FIPS_140_2_LEVEL_2_OR_HIGHER',
      'FIPS_140_2_LEVEL_3_OR_HIGHER',
      'CCPC_LEVEL_1_OR_HIGHER',
    ])
    .optional(),
  Tags: tagListSchema.optional(),
  UsageMode: z.enum(['GENERAL_PURPOSE', 'SHORT_LIVED_CERTIFICATE']).optional(),
});

type Input = z.infer<typeof input>;

/**
 * Answers while the authority is still CREATING, before its key exists. As at AWS the
 * IdempotencyToken alone decides: within five minutes the same token returns the same authority,
 * whatever the other members say.
 * @throws AwsError InvalidArgsException, InvalidTagException, LimitExceededException
 */
export const createCertificateAuthority = defineAction({
  input,
  errors: [
    'InvalidArgsException',
    'InvalidPolicyException',
    'InvalidTagException',
    'LimitExceededException',
  ],
  // Creating an authority with tags also needs the right to tag, as at AWS.
  access: (caller, { Tags }) => {
    const create = actionAccess('CreateCertificateAuthority');
    if (Tags === undefined) return [create];
    const requestTags = requestTagsOf(Tags);
    const tag = actionAccess('TagCertificateAuthority', authorityArn(caller, '*'));
    return [
      { ...create, requestTags },
      { ...tag, requestTags },
    ];
  },
  execute: async (ca, input): Promise<{ readonly CertificateAuthorityArn: string }> => {
    const configuration = readConfiguration(input);
    const tags = parseTagList(input.Tags ?? []);
    await requireWritableCrlBucket(ca.buckets, configuration.revocation);
    const token = input.IdempotencyToken;
    const id = await claimAuthorityId(
      ca,
      token === undefined ? undefined : { kind: 'token', token },
    );
    await noteCrlBucket(ca, id, configuration.revocation);
    await createAuthority(ca, id, configuration, tags);
    // findStoredAuthority makes the key of an authority that stays CREATING.
    const arn = authorityArn(ca.scope, id);
    ca.creation.finishLater({ id, arn });
    return { CertificateAuthorityArn: arn };
  },
});

function readConfiguration(input: Input): AuthorityConfiguration {
  const { CertificateAuthorityConfiguration: requested } = input;
  const { KeyAlgorithm, SigningAlgorithm, Subject, CsrExtensions } = requested;
  const keyAlgorithm = requireSupportedKey(KeyAlgorithm);
  const configuration = {
    type: input.CertificateAuthorityType,
    keyAlgorithm,
    signingAlgorithm: requireMatchingAlgorithm(keyAlgorithm, SigningAlgorithm),
    subject: Subject,
    ...omitUndefined({ csrExtensions: CsrExtensions }),
    revocation: changeRevocation(undefined, input.RevocationConfiguration),
    keyStorageSecurityStandard: input.KeyStorageSecurityStandard ?? 'FIPS_140_2_LEVEL_3_OR_HIGHER',
    usageMode: input.UsageMode ?? 'GENERAL_PURPOSE',
  };
  requireStorage(configuration.keyStorageSecurityStandard);
  requireSomeName(Subject);
  // Fails now for what cannot be encoded: nobody sees an error once the key is being made.
  derAuthorityRequestInfo(configuration, Buffer.alloc(0));
  return configuration;
}

/** The text is AWS's. The operator decides which storage the other two names mean. */
function requireStorage(standard: string): void {
  if (standard !== 'CCPC_LEVEL_1_OR_HIGHER') return;
  throw new AwsError(
    'InvalidArgsException',
    'A certificate authority cannot be created in this region with the specified security standard.',
  );
}

function requireSomeName(subject: object): void {
  if (Object.values(subject).some((value) => value)) return;
  throw new AwsError('InvalidArgsException', 'The subject must have at least one field');
}
