import { type Command, Option } from 'commander';
import { UsageError } from '../../config/usage-error.ts';
import { parseWholeNumber } from '../terminal/parse-option.ts';
import type { ActivationRequest } from './activate-authority.ts';
import type { CaCertificate } from './replaced-certificate.ts';
import { type ApiValidity, parseValidity, VALIDITY_FORMS } from './validity-option.ts';

/** Options for a CA certificate that a CA of the same API issues. */
export interface ActivationOptions {
  readonly parent?: string;
  readonly pathLength?: number;
  readonly validity?: ApiValidity;
}

export function addActivationOptions(command: Command, conflicts: readonly string[] = []): void {
  const add = (option: Option) => command.addOption(option.conflicts([...conflicts]));
  add(new Option('--parent <ca>', 'for a subordinate CA: the CA that signs its certificate'));
  add(
    new Option(
      '--path-length <number>',
      'for a subordinate CA: number of CAs allowed below it in a chain, 0 to 3 (default: that of the certificate it replaces, else 0)',
    ).argParser(parseWholeNumber(0, 3)),
  );
  add(
    new Option(
      '--validity <time>',
      `validity of the CA certificate, ${VALIDITY_FORMS} (default: that of the certificate it replaces, else 10y for a root and 5y for a subordinate CA, but no longer than its issuer)`,
    ).argParser(parseValidity),
  );
}

/** @throws UsageError for a root with options of subordinates */
export function requireOptionsFor(type: string, { parent, pathLength }: ActivationOptions): void {
  if (type !== 'ROOT' || (parent === undefined && pathLength === undefined)) return;
  throw new UsageError('--parent and --path-length are for subordinate CAs');
}

/**
 * @param issuerArn the CA's own for a root
 * @param replaced the certificate that the CA has, if any: what is not said stays as it is there
 */
export function activationOf(
  issuerArn: string,
  { pathLength, validity }: ActivationOptions,
  replaced?: CaCertificate,
): ActivationRequest {
  return { issuerArn, pathLength, validity, replaced };
}
