import type { KeyObject } from 'node:crypto';
import type { CipherName } from '../../cms/content-ciphers.ts';
import type { ChosenAlgorithms } from '../../scep/choose-algorithms.ts';
import type { ReplyRecipient } from '../../scep/open-cert-rep.ts';
import type { CaCertificates } from '../../scep/read-ca-certificates.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';
import type { DigestName } from '../../x509/signature-algorithms.ts';
import type { ScepServer } from './send-scep-operation.ts';
import type { CaTrust } from './trust-ca.ts';

/** How to connect to one server, and which CA to trust. */
export interface ScepClientSettings {
  readonly server: ScepServer;
  readonly trust: CaTrust;
  /** 'auto' uses POST if GetCACaps offers it. */
  readonly method: 'auto' | 'get' | 'post';
  /** What GetCACaps offers when undefined; so is `cipher`. */
  readonly digest?: DigestName | undefined;
  readonly cipher?: CipherName | undefined;
  /** How often, and how many times, to ask again after PENDING. */
  readonly poll: { readonly intervalMs: number; readonly limit: number };
  readonly clock: () => Date;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** A CA that has passed `ScepClientSettings.trust`, and how to speak to it. */
export interface DiscoveredAuthority {
  readonly ca: CaCertificates;
  readonly algorithms: ChosenAlgorithms;
}

/** What to enrol. */
export interface EnrolSubject {
  readonly request: CertificationRequest;
  /**
   * The key of the request, RSA or EC. On a first enrolment it also signs the messages (RFC 8894
   * section 2.3).
   */
  readonly privateKey: KeyObject;
  /** Undefined on a first enrolment. */
  readonly renewal?: Renewal | undefined;
}

/** The certificate to renew and its key. They sign the messages and decrypt the reply. */
interface Renewal extends ReplyRecipient {
  /** RenewalReq normally; PKCSReq for the many servers that do not know RenewalReq. */
  readonly messageType: 'RenewalReq' | 'PKCSReq';
}
