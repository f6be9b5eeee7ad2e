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
  /**
   * The extensions of every certificate of the template, whatever the request says;
   * basicConstraints is first.
   */
  readonly extensions: readonly Extension[];
  /** Only of templates for CA certificates. */
  readonly ca: TemplateFamily['ca'] | undefined;
  /** The sources of further extensions, besides the subjectAltName of the CSR. */
  readonly passthrough: { readonly api: boolean; readonly csr: boolean };
  /** Which of these sources, or the authority's configuration, may name cRLDistributionPoints. */
  readonly distributionPoints: TemplateFamily['distributionPoints'];
  /** For the authority's own certificate, and for its own key only. */
  readonly selfSigned: boolean;
  /**
   * Whether ApiPassthrough may set the authorityKeyIdentifier, which has no other source in a
   * self-signed certificate.
   */
  readonly passesKeyIdentifier: boolean;
}

const DEFAULT_TEMPLATE = 'EndEntityCertificate/V1';

/** The suffix of a template's name after its family's name, for each variety. */
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

/** Ignores the partition: every partition has the same templates. */
function templateNameOf(arn: string): string | undefined {
  const { service, region, accountId, resource = '' } = parseArn(arn) ?? {};
  const isTemplate = service === 'acm-pca' && region === '' && accountId === '';
  return isTemplate ? /^template\/(.+)$/.exec(resource)?.[1] : undefined;
}

/**
 * The template of a TemplateArn, or the default one.
 * @throws AwsError InvalidArgsException for an unknown template
 */
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
