import type { FailInfo } from './pki-status.ts';

interface RefusalReasonRow {
  readonly failInfo: FailInfo;
  /** The failInfoText: one sentence for the person at the client. Never a secret, never an internal. */
  readonly text: string;
}

/** Every reason why a readable message is refused (protocol C50). The log names the same codes. */
export const REFUSAL_REASONS = {
  /** One answer for every way in which a message can fail to verify, decrypt or parse, so that none is an oracle. */
  'message-check': {
    failInfo: 'badMessageCheck',
    text: 'The message could not be verified and decrypted. Fetch the CA certificates again (GetCACert) and retry.',
  },
  'algorithm-unsupported': {
    failInfo: 'badAlg',
    text: 'The message uses an algorithm that this server does not know.',
  },
  'algorithm-not-allowed': {
    failInfo: 'badAlg',
    text: 'The message uses an algorithm that this connector does not accept. Use AES and SHA-256.',
  },
  'signer-key-unsupported': {
    failInfo: 'badAlg',
    text: 'No reply can be encrypted for the key that signed the message. Use RSA from 2048 bits, or EC with a challenge password.',
  },
  'key-not-allowed': {
    failInfo: 'badAlg',
    text: 'The public key in the certificate signing request is not acceptable.',
  },
  'message-type-unknown': {
    failInfo: 'badRequest',
    text: 'The messageType is not one of RFC 8894.',
  },
  'certificate-not-found': {
    failInfo: 'badCertId',
    text: 'No certificate or request of that name is known.',
  },
  'revocation-list-missing': {
    failInfo: 'badRequest',
    text: 'The CA of this connector keeps no certificate revocation list.',
  },
  'renewal-signer-unknown': {
    failInfo: 'badRequest',
    text: 'A renewal is signed by the certificate to be renewed, and this connector did not issue the one that signed.',
  },
  'renewal-not-allowed': {
    failInfo: 'badRequest',
    text: 'This connector does not renew by certificate. Enrol with PKCSReq and a challenge password.',
  },
  'renewal-of-revoked': {
    failInfo: 'badRequest',
    text: 'The certificate that signed the renewal is revoked.',
  },
  'renewal-of-expired': {
    failInfo: 'badRequest',
    text: 'The certificate that signed the renewal has expired. Enrol with PKCSReq and a challenge password.',
  },
  'renewal-digest-not-allowed': {
    failInfo: 'badAlg',
    text: 'A renewal must be signed with SHA-256 or stronger on this connector.',
  },
  'renewal-too-early': {
    failInfo: 'badRequest',
    text: 'The certificate is not close enough to its end to be renewed.',
  },
  'renewal-too-often': {
    failInfo: 'badRequest',
    text: 'The certificate has been renewed as often as one may be. Renew with the newest certificate.',
  },
  'renewal-key-reused': {
    failInfo: 'badRequest',
    text: 'A renewal needs a new key on this connector.',
  },
  'renewal-name-changed': {
    failInfo: 'badRequest',
    text: 'A renewal must have the subject of the certificate that it renews.',
  },
  'renewal-grows': {
    failInfo: 'badRequest',
    text: 'The renewal asks for more than the certificate that it renews has.',
  },
  'challenge-missing': {
    failInfo: 'badRequest',
    text: 'The certificate signing request has no challenge password.',
  },
  'challenge-repeated': {
    failInfo: 'badRequest',
    text: 'The certificate signing request has more than one challenge password. Send exactly one.',
  },
  'challenge-wrong': {
    failInfo: 'badRequest',
    text: 'The challenge password is not valid for this connector.',
  },
  'extension-not-allowed': {
    failInfo: 'badRequest',
    text: 'The certificate signing request asks for an extension that this connector does not issue.',
  },
  'name-not-allowed': {
    failInfo: 'badRequest',
    text: 'The subject or subjectAltName of the certificate signing request is not acceptable.',
  },
  'validity-not-allowed': {
    failInfo: 'badRequest',
    text: 'The validity period in the certificate signing request is not acceptable.',
  },
  'authority-not-active': {
    failInfo: 'badRequest',
    text: 'The certificate authority of this connector is not able to issue certificates.',
  },
  'authority-refused': {
    failInfo: 'badRequest',
    text: 'The certificate authority refused the certificate signing request.',
  },
} as const satisfies Record<string, RefusalReasonRow>;

export type RefusalReason = keyof typeof REFUSAL_REASONS;

/** A readable message that is not granted. It becomes a CertRep with pkiStatus FAILURE. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;
  readonly failInfo: FailInfo;
  /** The failInfoText, with the detail if there is one. */
  readonly text: string;

  /**
   * `detail` names what is wrong, for the log and for the sender; but the text of 'message-check' never varies, so there
   * it reaches the log alone, as `cause` always does.
   */
  constructor(reason: RefusalReason, detail?: string, cause?: Error) {
    const row = REFUSAL_REASONS[reason];
    super(`${reason}${detail === undefined ? '' : `: ${detail}`}`, { cause });
    this.reason = reason;
    this.failInfo = row.failInfo;
    const tells = detail !== undefined && reason !== 'message-check';
    this.text = tells ? `${row.text} (${detail})` : row.text;
  }
}
