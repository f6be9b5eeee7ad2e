import { OID } from '../asn1/object-identifiers.ts';
import { AwsError } from '../aws-wire/aws-error.ts';
import { basicConstraintsExtension } from '../x509/basic-constraints.ts';
import { extendedKeyUsageExtension } from '../x509/extended-key-usage.ts';
import { keyUsageExtension } from '../x509/key-usage.ts';
import type { Extension } from '../x509/read-extensions.ts';

/** A certificate template of AWS Private CA ("Template definitions" of its user guide). */
export interface Template {
  readonly name: string;
  /** What every certificate of the template has, whatever else is asked for. */
  readonly extensions: readonly Extension[];
  /** Where further extensions may come from, besides the subjectAltName of the CSR. */
  readonly passthrough: { readonly api: boolean; readonly csr: boolean };
  /** The authority's own certificate: for its own key alone, without authorityKeyIdentifier. */
  readonly selfSigned: boolean;
}

const DEFAULT_TEMPLATE = 'EndEntityCertificate/V1';

const endEntity = basicConstraintsExtension({ ca: false }, false);
const authority = basicConstraintsExtension({ ca: true }, true);
const nothing = { api: false, csr: false };

const TEMPLATES: readonly Template[] = [
  {
    name: 'RootCACertificate/V1',
    extensions: [authority, keyUsageExtension(['digitalSignature', 'keyCertSign', 'cRLSign'])],
    passthrough: nothing,
    selfSigned: true,
  },
  {
    name: DEFAULT_TEMPLATE,
    extensions: [
      endEntity,
      keyUsageExtension(['digitalSignature', 'keyEncipherment']),
      extendedKeyUsageExtension([OID.serverAuth, OID.clientAuth]),
    ],
    passthrough: nothing,
    selfSigned: false,
  },
  {
    name: 'BlankEndEntityCertificate_APICSRPassthrough/V1',
    extensions: [endEntity],
    passthrough: { api: true, csr: true },
    selfSigned: false,
  },
];

const TEMPLATE_ARN = /^arn:aws:acm-pca:::template\/(.+)$/;

/** The template of a TemplateArn, or the default one. @throws AwsError InvalidArgsException for an unknown one. */
export function findTemplate(templateArn: string | undefined): Template {
  const name = templateArn === undefined ? DEFAULT_TEMPLATE : TEMPLATE_ARN.exec(templateArn)?.[1];
  const template = TEMPLATES.find((each) => each.name === name);
  if (template !== undefined) return template;
  const message = `The template ${templateArn} does not exist or is not supported`;
  throw new AwsError('InvalidArgsException', message);
}

export function templateArn(name: string): string {
  return `arn:aws:acm-pca:::template/${name}`;
}
