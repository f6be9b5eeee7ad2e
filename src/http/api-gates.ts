import { parseArn } from '../aws-wire/arn.ts';
import { AwsError } from '../aws-wire/aws-error.ts';
import type { Caller } from '../aws-wire/caller.ts';
import type { Rates } from '../aws-wire/default-rates.ts';
import { createRateLimiter } from '../aws-wire/rate-limiter.ts';
import type { Gates } from '../aws-wire/run-operation.ts';
import { readResourceTags } from '../connectors/resource-tags.ts';
import { logRarely } from '../observability/log-rarely.ts';
import type { Logger } from '../observability/logger.ts';
import { getAuthorityTags } from '../private-ca/authority/authority-tags.ts';
import { findStoredAuthority, type LookupContext } from '../private-ca/authority/find-authority.ts';
import { scopedTo } from '../private-ca/model/ca-context.ts';

type Tags = Readonly<Record<string, string>>;

/** Checks before the operations of both APIs: rate limits, and the tags that policies refer to. */
export function createApiGates(
  privateCa: LookupContext,
  { rates, logger }: { readonly rates: Rates; readonly logger: Logger },
): Gates {
  const { store, clock } = privateCa;
  const message = 'the store cannot count requests; this process counts alone';
  const logFailure = logRarely(logger, message, 'error');
  const onStoreFailure = (err: unknown) => logFailure({ err });
  return {
    limitRate: createRateLimiter({ store, clock, rates, onStoreFailure }),
    resourceTags: async (caller, arn) => {
      try {
        return await tagsOf(privateCa, caller, arn);
      } catch (error) {
        // A missing resource has no tags; the operation itself reports that it is missing.
        if (error instanceof AwsError) return {};
        throw error;
      }
    },
  };
}

/** Reads tags from either API: a request to one may need a right on a resource of the other. */
async function tagsOf(privateCa: LookupContext, caller: Caller, arn: string): Promise<Tags> {
  switch (parseArn(arn)?.service) {
    case 'pca-connector-scep':
      return readResourceTags(privateCa.store, caller, arn);
    case 'acm-pca': {
      const { value } = await findStoredAuthority(scopedTo(privateCa, caller), arn);
      return getAuthorityTags(privateCa, value.id);
    }
    default:
      return {};
  }
}
