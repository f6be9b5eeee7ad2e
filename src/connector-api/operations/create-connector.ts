import { z } from 'zod';
import { partitionOf } from '../../aws-wire/arn.ts';
import type { AwsError } from '../../aws-wire/aws-error.ts';
import type { Caller } from '../../aws-wire/caller.ts';
import type { Access } from '../../aws-wire/policy/request-context.ts';
import { beginCreating } from '../../connectors/begin-creating.ts';
import { connectorArn } from '../../connectors/connector-arns.ts';
import { invalid } from '../../connectors/connector-errors.ts';
import { resumeConnector } from '../../connectors/unfinished-connectors.ts';
import { ISSUE_TEMPLATES } from '../../issuer/passthrough.ts';
import {
  certificateAuthorityArnSchema,
  clientTokenSchema,
  connectorArnSchema,
  mobileDeviceManagementSchema,
  tagsSchema,
  vpcEndpointIdSchema,
} from '../api-schemas.ts';
import { accessTo, type Operation } from '../operation.ts';
import { CREATE_ERRORS } from '../operation-errors.ts';

const input = z.object({
  CertificateAuthorityArn: certificateAuthorityArnSchema,
  MobileDeviceManagement: mobileDeviceManagementSchema.optional(),
  VpcEndpointId: vpcEndpointIdSchema.optional(),
  ClientToken: clientTokenSchema.optional(),
  Tags: tagsSchema.optional(),
});

type Input = z.infer<typeof input>;

const output = z.object({ ConnectorArn: connectorArnSchema });

export const createConnector: Operation<Input, z.infer<typeof output>> = {
  http: { method: 'POST', path: '/connectors', status: 202 },
  input,
  output,
  errors: CREATE_ERRORS,
  access: (caller, { CertificateAuthorityArn, Tags }) => [
    { ...accessTo('CreateConnector'), ...(Tags && { requestTags: Tags }) },
    ...(Tags === undefined
      ? []
      : [{ ...accessTo('TagResource', connectorArn(caller, '*')), requestTags: Tags }]),
    ...authorityAccess(caller, CertificateAuthorityArn),
  ],
  run: async (api, caller, input) => {
    if (input.VpcEndpointId !== undefined) throw noVpcEndpoints();
    const { Intune } = input.MobileDeviceManagement ?? {};
    const id = await beginCreating(api, caller, {
      certificateAuthorityArn: input.CertificateAuthorityArn,
      tags: input.Tags ?? {},
      clientToken: input.ClientToken,
      ...(Intune && {
        mobileDeviceManagement: {
          intune: { azureApplicationId: Intune.AzureApplicationId, domain: Intune.Domain },
        },
      }),
    });
    api.inBackground(() => resumeConnector(api, id));
    return { ConnectorArn: connectorArn(caller, id) };
  },
};

/**
 * What the connector will do with the CA. The caller must be allowed to do the same, or a
 * connector would lend access to a foreign CA. AWS calls these the dependent actions of
 * CreateConnector (Service Authorization Reference, "AWS Private CA Connector for SCEP").
 */
function authorityAccess({ region }: Caller, authority: string | undefined): Access[] {
  const template = `arn:${partitionOf(region)}:acm-pca:::template/${ISSUE_TEMPLATES.copied}`;
  const context = { 'acm-pca:TemplateArn': template };
  const resources = [authority ?? '*'];
  return [
    { action: 'acm-pca:DescribeCertificateAuthority', resources },
    { action: 'acm-pca:GetCertificateAuthorityCertificate', resources },
    { action: 'acm-pca:GetCertificate', resources },
    { action: 'acm-pca:IssueCertificate', resources, context },
  ];
}

/**
 * An accepted endpoint would promise that the SCEP URL is reachable only through it
 * (docs/adr/0012-connectors-api.md).
 */
function noVpcEndpoints(): AwsError {
  const advice = 'Restrict the network in front of the enrol listener instead';
  return invalid(`VpcEndpointId: there are no VPC endpoints here. ${advice}`);
}
