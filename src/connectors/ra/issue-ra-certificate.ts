import { generateKeyPair, type KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { OID } from '../../asn1/object-identifiers.ts';
import { SECOND_MS } from '../../durations.ts';
import { awaitCertificate } from '../../issuer/await-certificate.ts';
import { type IssueRequest, type Issuer, IssuerError } from '../../issuer/issuer.ts';
import { buildCertificationRequest } from '../../x509/build-certification-request.ts';
import { derName } from '../../x509/distinguished-name.ts';
import { extendedKeyUsageExtension } from '../../x509/extended-key-usage.ts';
import { keyUsageExtension } from '../../x509/key-usage.ts';
import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts';
import { createSigner } from '../../x509/signing-algorithm.ts';
import type { ConnectorRecord } from '../connector-record.ts';

interface Dependencies {
  readonly issuer: Issuer;
  readonly randomUuid: () => string;
}

const generateRsaKeyPair = promisify(generateKeyPair);

const TRIES = 4;
const PAUSE_MS = 500;
/** AWS takes a second or two, seldom a minute; giving up earlier would cost another certificate. */
const ISSUED_WITHIN_MS = 90 * SECOND_MS;

/**
 * Makes an RSA-2048 key and has the connector's CA certify it for an RA, with digitalSignature,
 * keyEncipherment and serverAuth, the one layout that every known client accepts: Apple needs both
 * key usages, Windows serverAuth, and scepclient one certificate for signing and encryption.
 * @param notAfter not beyond the authority's own end
 * @throws IssuerError
 */
export async function issueRaCertificate(
  { issuer, randomUuid }: Dependencies,
  { id, certificateAuthorityArn }: ConnectorRecord,
  notAfter: Date,
): Promise<{ readonly privateKey: KeyObject; readonly certificate: Certificate }> {
  const { publicKey, privateKey } = await generateRsaKeyPair('rsa', { modulusLength: 2048 });
  const csr = buildCertificationRequest(
    {
      subject: raSubject(id),
      subjectPublicKeyInfo: publicKey.export({ format: 'der', type: 'spki' }),
      extensions: [
        keyUsageExtension(['digitalSignature', 'keyEncipherment']),
        extendedKeyUsageExtension([OID.serverAuth, OID.clientAuth]),
      ],
    },
    'SHA256WITHRSA',
    createSigner(privateKey, 'SHA256WITHRSA'),
  );
  const certificateArn = await issueOnce(issuer, {
    authorityArn: certificateAuthorityArn,
    csr,
    notAfter,
    idempotencyToken: randomUuid(),
  });
  const issued = await awaitCertificate(
    issuer,
    certificateAuthorityArn,
    certificateArn,
    ISSUED_WITHIN_MS,
  );
  return { privateKey, certificate: parseCertificate(issued.certificate) };
}

/** The Name, DER, of a connector's RA, the same in every generation. */
export function raSubject(connectorId: string): Uint8Array {
  return derName([{ oid: OID.commonName, value: `SCEP RA ${connectorId}` }]);
}

/** Retries with the same token when there was no answer: a later call would use another key. */
async function issueOnce(issuer: Issuer, request: IssueRequest): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await issuer.issueCertificate(request);
    } catch (error) {
      const mayHelp = error instanceof IssuerError && error.fault === 'unanswered';
      if (!mayHelp || tries === TRIES) throw error;
      await sleep(tries * PAUSE_MS);
    }
  }
}
