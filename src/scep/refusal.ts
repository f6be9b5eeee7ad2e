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
    text: 'The key that signed the message cannot receive an encrypted reply. Sign with an RSA key.',
  },
  'key-not-allowed': {
    failInfo: 'badAlg',
    text: 'The public key in the certificate signing request is not acceptable.',
  },
  'message-type-unknown': {
    failInfo: 'badRequest',
    text: 'The messageType is not one of RFC 8894.',
  },
  'message-type-not-served': {
    failInfo: 'badRequest',
    text: 'This connector does not serve that messageType. Enrol with PKCSReq and a challenge password.',
  },
  'certificate-not-found': {
    failInfo: 'badCertId',
    text: 'No certificate or request of that name is known.',
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
   * it reaches the log alone.
   */
  constructor(reason: RefusalReason, detail?: string) {
    const row = REFUSAL_REASONS[reason];
    super(`${reason}${detail === undefined ? '' : `: ${detail}`}`);
    this.reason = reason;
    this.failInfo = row.failInfo;
    const tells = detail !== undefined && reason !== 'message-check';
    this.text = tells ? `${row.text} (${detail})` : row.text;
  }
}
