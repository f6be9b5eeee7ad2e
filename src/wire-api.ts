import type { RequestListener } from 'node:http';
import type { FindCredential } from './aws-wire/credential.ts';
import { createAuthenticator, createHeadCheck } from './aws-wire/sigv4/create-authenticator.ts';
import type { Settings } from './config/settings.ts';
import type { ConnectorApi } from './connector-api/operation.ts';
import { createApiGates } from './http/api-gates.ts';
import { createApiListener } from './http/api-listener.ts';
import { createClientAddress } from './http/client-address.ts';
import { serveAuditReport } from './http/serve-audit-report.ts';
import { serveCrl } from './http/serve-crl.ts';
import { servePrivateCa } from './http/serve-private-ca.ts';
import type { Logger } from './observability/logger.ts';
import type { Wired } from './wire.ts';

/** Serves both AWS APIs with the parts of a server. */
export function wireApi(
  wired: Wired,
  { api, quotas, issuer, trustedProxies }: Settings,
  parts: {
    readonly findCredential: FindCredential;
    /** Where devices reach the enrol listener. */
    readonly enrolUrl: string;
    /** Continues work after its request has been answered. */
    readonly inBackground: ConnectorApi['inBackground'];
    /** Rejects while the store is not that of this server. */
    readonly requireStore?: () => Promise<void>;
    readonly logger: Logger;
  },
): RequestListener {
  const { findCredential, enrolUrl, inBackground, requireStore, logger } = parts;
  const { clock, privateCa, randomUuid } = wired;
  const gates = createApiGates(privateCa, { rates: api.rates, logger });
  const authentication = {
    findCredential,
    clock,
    clockSkewMs: api.clockSkewSeconds * 1_000,
    regions: api.regions,
  };
  return createApiListener({
    authenticate: createAuthenticator(authentication),
    checkHead: createHeadCheck(authentication),
    ...{ gates, requireStore },
    connectorApi: { ...wired, enrolUrl, quotas, inBackground },
    // With CAs at AWS, connectors do not use the embedded ones: showing them would mislead.
    ...(issuer.kind === 'embedded' && {
      servePrivateCa: servePrivateCa(privateCa, gates),
      serveAuditReport: serveAuditReport(privateCa, gates),
      serveCrl: serveCrl(privateCa, gates),
    }),
    cors: api.allowedOrigins && { allowedOrigins: api.allowedOrigins },
    clientAddress: createClientAddress(trustedProxies),
    randomUuid,
    logger,
  });
}
