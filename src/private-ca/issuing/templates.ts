import { parseArn } from '../../aws-wire/arn.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { basicConstraintsExtension } from '../../x509/basic-constraints.ts';
import { extendedKeyUsageExtension } from '../../x509/extended-key-usage.ts';
import type { Extension } from '../../x509/extensions.ts';
import { keyUsageExtension } from '../../x509/key-usage.ts';
import { TEMPLATE_FAMILIES, type TemplateFamily } from './template-families.ts';

/** A certificate template of AWS Private CA ("Template definitions" of its user guide). */
export interface Template {
  /** Such as EndEntityCertificate_CSRPassthrough/V1. */
  readonly name: string;
  /** What every certificate of the template has, whatever else is asked for; basicConstraints first. */
  readonly extensions: readonly Extension[];
  /** Of templates for authorities. */
  readonly ca: TemplateFamily['ca'] | undefined;
  /** Where further extensions may come from, besides the subjectAltName of the CSR. */
  readonly passthrough: { readonly api: boolean; readonly csr: boolean };
  /** Who of them, and of the authority's configuration, may name cRLDistributionPoints. */
  readonly distributionPoints: TemplateFamily['distributionPoints'];
  /** The authority's own certificate: for its own key alone. */
  readonly selfSigned: boolean;
  /** Whether ApiPassthrough may give the authorityKeyIdentifier, which a self-signed certificate has no other source for. */
  readonly passesKeyIdentifier: boolean;
}

const DEFAULT_TEMPLATE = 'EndEntityCertificate/V1';

/** How the name of a template goes on after its family's, for each variety. */
const VARIETIES = {
  base: { suffix: '', api: false, csr: false },
  CSR: { suffix: '_CSRPassthrough', api: false, csr: true },
  API: { suffix: '_APIPassthrough', api: true, csr: false },
  APICSR: { suffix: '_APICSRPassthrough', api: true, csr: true },
} as const;

export const TEMPLATES: readonly Template[] = TEMPLATE_FAMILIES.flatMap((family) =>
  family.varieties.map((variety) => {
    const { suffix, api, csr } = VARIETIES[variety];
    return {
      name: `${family.name}${suffix}/V1`,
      extensions: fixedExtensions(family),
      ca: family.ca,
      passthrough: { api, csr },
      distributionPoints: family.distributionPoints,
      selfSigned: family.selfSigned,
      passesKeyIdentifier: family.passesKeyIdentifier === true && api,
    };
  }),
);

function fixedExtensions(family: TemplateFamily): readonly Extension[] {
  const { ca, keyUsage, extendedKeyUsage } = family;
  return [
    basicConstraintsExtension(ca ? { ca: true, ...ca } : { ca: false }, family.criticalConstraints),
    ...(keyUsage ? [keyUsageExtension(keyUsage)] : []),
    ...(extendedKeyUsage
      ? [extendedKeyUsageExtension(extendedKeyUsage.purposes, extendedKeyUsage.critical)]
      : []),
  ];
}

/** The partition is not looked at: templates are the same in all of them. */
function templateNameOf(arn: string): string | undefined {
  const { service, region, accountId, resource = '' } = parseArn(arn) ?? {};
  const isTemplate = service === 'acm-pca' && region === '' && accountId === '';
  return isTemplate ? /^template\/(.+)$/.exec(resource)?.[1] : undefined;
}

/** The template of a TemplateArn, or the default one. @throws AwsError InvalidArgsException for an unknown one. */
export function findTemplate(templateArn: string | undefined): Template {
  const name = templateArn === undefined ? DEFAULT_TEMPLATE : templateNameOf(templateArn);
  const template = TEMPLATES.find((each) => each.name === name);
  if (template !== undefined) return template;
  const message = `The template ${templateArn} does not exist or is not supported`;
  throw new AwsError('InvalidArgsException', message);
}

/** @param name such as EndEntityCertificate/V1 */
export function templateArnOf(name: string): string {
  return `arn:aws:acm-pca:::template/${name}`;
}
