/**
 * The ARN of a certificate template by its name, such as EndEntityCertificate or EndEntityCertificate/V1.
 * @param caArn of the CA that is to use it: templates are in its partition
 */
export function templateArn(caArn: string, name: string): string {
  if (name.startsWith('arn:')) return name;
  const partition = caArn.split(':')[1] ?? 'aws';
  return `arn:${partition}:acm-pca:::template/${name.includes('/') ? name : `${name}/V1`}`;
}
