import type { Issuer } from './issuer.ts';

/**
 * The same CA, but one that takes `delayMs()` for each certificate, so that one can see how clients and administrators wait. A
 * certificate asked for by an earlier process is ready at once.
 */
export function slowIssuer(issuer: Issuer, delayMs: () => number, clock: () => number): Issuer {
  const readyAt = new Map<string, number>();
  return {
    ...issuer,
    issueCertificate: async (request) => {
      const certificateArn = await issuer.issueCertificate(request);
      if (!readyAt.has(certificateArn)) readyAt.set(certificateArn, clock() + delayMs());
      return certificateArn;
    },
    getCertificate: async (authorityArn, certificateArn) =>
      (readyAt.get(certificateArn) ?? 0) > clock()
        ? undefined
        : issuer.getCertificate(authorityArn, certificateArn),
  };
}
