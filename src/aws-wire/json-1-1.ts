const TARGET = /^ACMPrivateCA\.([A-Za-z]{1,64})$/;

/**
 * The action that a request in AWS JSON 1.1 names by its header X-Amz-Target (API model of acm-pca: targetPrefix ACMPrivateCA), or
 * undefined when it names none of that API's. Whether there is such an action is not looked up.
 */
export function readTarget(header: string | undefined): string | undefined {
  return TARGET.exec(header ?? '')?.[1];
}
