import type { FailInfo } from './pki-status.ts';
import { WINDOWS_ERRORS, type WindowsError } from './windows-errors.ts';

interface RefusalReasonRow {
  readonly failInfo: FailInfo;
  readonly windowsError: WindowsError;
  /**
   * The failInfoText: one sentence for the person at the client. Contains no secrets or internals.
   */
  readonly text: string;
  /** For the log: where an administrator should look. */
  readonly hint: string;
}

/** Every reason for refusing a readable message. The log uses the same codes. */
export const REFUSAL_REASONS = {
  /**
   * One answer for every way in which a message to us can fail to verify, decrypt or parse, so that
   * none is an oracle.
   */
  'message-check': {
    failInfo: 'badMessageCheck',
    windowsError: 'NTE_BAD_SIGNATURE',
    text: 'The message could not be verified and decrypted. It was changed on its way, or the client did not make it right.',
    hint: 'The request was damaged or re-signed on the way, or scep:signer does not accept its signer; detail says which check failed.',
  },
  /** The recipients stand in the open, so this says nothing about what is encrypted. */
  'recipient-unknown': {
    failInfo: 'badMessageCheck',
    windowsError: 'CRYPT_E_RECIPIENT_NOT_FOUND',
    text: "The message is not encrypted to this connector's certificate. Fetch the CA certificates again (GetCACert) and retry.",
    hint: 'The client holds an old RA certificate or that of another connector, or it encrypts to the CA.',
  },
  'algorithm-unsupported': {
    failInfo: 'badAlg',
    windowsError: 'NTE_BAD_ALGID',
    text: 'The message uses an algorithm that this server does not know.',
    hint: 'See docs/client-quirks.md for the algorithms that are read.',
  },
  'algorithm-not-allowed': {
    failInfo: 'badAlg',
    windowsError: 'NTE_BAD_ALGID',
    text: 'The message uses an algorithm that this connector does not accept. Use AES and SHA-256.',
    hint: "Have the client use AES and SHA-256, or allow the algorithm by the connector's tag scep:legacy.",
  },
  'signer-key-unsupported': {
    failInfo: 'badAlg',
    windowsError: 'CERTSRV_E_KEY_LENGTH',
    text: 'No reply can be encrypted for the key that signed the message. Use RSA from 2048 bits, or EC with a challenge password.',
    hint: 'Have the client sign with RSA of 2048 bits or more, or put a challenge password into the request; rsa-1024 in scep:legacy takes RSA from 1024 bits.',
  },
  'key-not-allowed': {
    failInfo: 'badAlg',
    windowsError: 'CERTSRV_E_KEY_LENGTH',
    text: 'The public key in the certificate signing request is not acceptable.',
    hint: 'The device must make another key: RSA of 2048 to 8192 bits, or EC on P-256, P-384 or P-521; rsa-1024 in scep:legacy takes RSA from 1024 bits.',
  },
  'message-type-unknown': {
    failInfo: 'badRequest',
    windowsError: 'E_INVALIDARG',
    text: 'The messageType is not one of RFC 8894.',
    hint: 'Not a SCEP client of RFC 8894, or an attack: type 18 (UpdateReq) has been used to bypass challenges in other servers.',
  },
  'certificate-not-found': {
    failInfo: 'badCertId',
    windowsError: 'ERROR_NOT_FOUND',
    text: 'No certificate or request of that name is known.',
    hint: "A poll for a request that is not known, or a look-up of a certificate that is not the client's own.",
  },
  'revocation-list-missing': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_NOT_FOUND',
    text: 'The CA of this connector keeps no certificate revocation list.',
    hint: 'The CA publishes no CRL.',
  },
  'renewal-signer-unknown': {
    failInfo: 'badRequest',
    windowsError: 'CERT_E_UNTRUSTEDROOT',
    text: 'A renewal is signed by the certificate to be renewed, and a self-signed certificate signed this one.',
    hint: 'The device sends a RenewalReq without a certificate of this connector; enrol it with PKCSReq and a challenge.',
  },
  'renewal-signer-foreign': {
    failInfo: 'badRequest',
    windowsError: 'CERT_E_UNTRUSTEDROOT',
    text: 'This connector did not issue the certificate that signed the renewal. Enrol once with PKCSReq and a challenge password.',
    hint: 'The device renews a certificate of another connector or of the SCEP server before this one; its first certificate here needs a challenge.',
  },
  'renewal-not-allowed': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_ACCESS_DENIED',
    text: 'This connector does not renew by certificate. Enrol with PKCSReq and a challenge password.',
    hint: "The connector's tag scep:renewal is off.",
  },
  'renewal-of-revoked': {
    failInfo: 'badRequest',
    windowsError: 'CERT_E_REVOKED',
    text: 'The certificate that signed the renewal is revoked.',
    hint: 'Somebody uses the key of a revoked certificate.',
  },
  'renewal-of-expired': {
    failInfo: 'badRequest',
    windowsError: 'CERT_E_EXPIRED',
    text: 'The certificate that signed the renewal has expired. Enrol with PKCSReq and a challenge password.',
    hint: 'The device came too late; enrol it with a challenge.',
  },
  'renewal-digest-not-allowed': {
    failInfo: 'badAlg',
    windowsError: 'NTE_BAD_ALGID',
    text: 'A renewal must be signed with SHA-256 or stronger on this connector.',
    hint: "Have the client sign with SHA-256, or add sha1-renewal to the connector's tag scep:legacy.",
  },
  'renewal-too-early': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_ACCESS_DENIED',
    text: 'The certificate is not close enough to its end to be renewed.',
    hint: "The connector's tag scep:renewal names the days before the end.",
  },
  'renewal-too-often': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_ACCESS_DENIED',
    text: 'The certificate has been renewed as often as one may be. Renew with the newest certificate.',
    hint: 'The device renews an old certificate again and again; it may lose the new one, or its key was copied.',
  },
  'renewal-key-reused': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_ACCESS_DENIED',
    text: 'A renewal needs a new key on this connector.',
    hint: "Have the client make a new key, or allow same-key in the connector's tag scep:renewal.",
  },
  'renewal-name-changed': {
    failInfo: 'badRequest',
    windowsError: 'CERTSRV_E_BAD_REQUESTSUBJECT',
    text: 'A renewal must have the subject of the certificate that it renews.',
    hint: 'A device with a new name is a new enrolment, with a challenge.',
  },
  'renewal-grows': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_ACCESS_DENIED',
    text: 'The renewal asks for more than the certificate that it renews has.',
    hint: 'A device that needs more is a new enrolment, with a challenge.',
  },
  'intune-not-supported': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_NOT_SUPPORTED',
    text: 'This connector enrols devices for Microsoft Intune, which this server cannot do yet.',
    hint: 'The connector is of type INTUNE: it can be managed, but it enrols no device. Use one of type GENERAL_PURPOSE.',
  },
  'connector-deleted': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_NOT_FOUND',
    text: 'The connector at this URL has just been deleted.',
    hint: 'The request came in while DeleteConnector was running.',
  },
  'challenge-missing': {
    failInfo: 'badRequest',
    windowsError: 'TRUST_E_CERT_SIGNATURE',
    text: 'The certificate signing request has no challenge password.',
    hint: "Put the connector's challenge into the profile or CSR of the device.",
  },
  'challenge-repeated': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_INVALID_DATA',
    text: 'The certificate signing request has more than one challenge password. Send exactly one.',
    hint: 'The CSR was made with two challengePassword attributes.',
  },
  'challenge-wrong': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_NOT_FOUND',
    text: 'The challenge password is not valid for this connector.',
    hint: 'The challenge was mistyped, deleted, or belongs to another connector.',
  },
  'extension-not-allowed': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_ACCESS_DENIED',
    text: 'The certificate signing request asks for an extension that this connector does not issue.',
    hint: 'detail names the object identifier; docs/adr/0006-csr-extensions.md says what is allowed.',
  },
  'extension-request-invalid': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_INVALID_DATA',
    text: 'It is not clear which extensions the certificate signing request asks for.',
    hint: 'detail says why: its extension request is malformed or repeats an extension, or it has two that differ.',
  },
  'name-not-allowed': {
    failInfo: 'badRequest',
    windowsError: 'CERTSRV_E_BAD_REQUESTSUBJECT',
    text: 'The subject or subjectAltName of the certificate signing request is not acceptable.',
    hint: 'detail names what is wrong with the subject.',
  },
  'validity-not-allowed': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_INVALID_DATA',
    text: 'The validity period in the certificate signing request is not acceptable.',
    hint: 'detail names what is wrong with ValidityPeriod and ValidityPeriodUnits.',
  },
  'authority-not-active': {
    failInfo: 'badRequest',
    windowsError: 'RPC_S_SERVER_UNAVAILABLE',
    text: 'The certificate authority of this connector is not able to issue certificates.',
    hint: 'The CA is disabled, expired, gone, or not shared with this server.',
  },
  'authority-refused': {
    failInfo: 'badRequest',
    windowsError: 'ERROR_ACCESS_DENIED',
    text: 'The certificate authority refused the certificate signing request.',
    hint: "The CA's own words are in cause.",
  },
  'request-revoked': {
    failInfo: 'badRequest',
    windowsError: 'CERT_E_REVOKED',
    text: 'The certificate that was issued for this very request is revoked. Enrol again with a new key.',
    hint: 'A device used the key of a revoked certificate again, or a copy of its request was sent.',
  },
  'key-compromised': {
    failInfo: 'badRequest',
    windowsError: 'CERT_E_REVOKED',
    text: 'A certificate of this key was revoked because somebody else may have the key. Enrol again with a new key.',
    hint: 'A device kept its key after a revocation for keyCompromise, or somebody else has the key.',
  },
  'issuing-uncertain': {
    failInfo: 'badRequest',
    windowsError: 'RPC_S_SERVER_UNAVAILABLE',
    text: 'It is unknown whether the certificate authority issued a certificate for this request. Enrol again with a new key.',
    hint: 'The CA gave no answer while it could be asked again. Revoke any certificate of that time that no device has.',
  },
} as const satisfies Record<string, RefusalReasonRow>;

export type RefusalReason = keyof typeof REFUSAL_REASONS;

/** Refuses a readable message. The client receives a CertRep with pkiStatus FAILURE. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;
  readonly failInfo: FailInfo;
  /** For clients that look like Windows. */
  readonly hresult: number;
  /** The failInfoText, with the detail if there is one. */
  readonly text: string;
  readonly hint: string;

  /**
   * `detail` says what is wrong, for the log and the sender. The text of 'message-check' never
   * varies, so its detail goes only to the log, as `cause` always does.
   */
  constructor(reason: RefusalReason, detail?: string, cause?: Error) {
    const row = REFUSAL_REASONS[reason];
    super(`${reason}${detail === undefined ? '' : `: ${detail}`}`, { cause });
    this.reason = reason;
    this.failInfo = row.failInfo;
    this.hresult = WINDOWS_ERRORS[row.windowsError];
    this.hint = row.hint;
    const tells = detail !== undefined && reason !== 'message-check';
    this.text = tells ? `${row.text} (${detail})` : row.text;
  }
}
