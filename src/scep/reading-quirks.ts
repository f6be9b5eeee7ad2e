import type { ContentCipher } from '../cms/content-ciphers.ts';
import type { DigestAlgorithm } from '../x509/signature-algorithms.ts';

/**
 * A deviation of clients from RFC 8894 that the server supports. docs/client-quirks.md is generated
 * from these rows.
 */
export interface ClientQuirk {
  readonly name: string;
  /** What the server accepts or sends. */
  readonly what: string;
  readonly clients: string;
  /** The implementing function, for example "scep/decode-get-message.ts#decodeGetMessage". */
  readonly where: string;
  /**
   * The word of the tag `scep:legacy` that enables it. Without one it does not weaken security and
   * is always enabled.
   */
  readonly legacy?: NonNullable<(ContentCipher | DigestAlgorithm)['legacy']> | 'rsa-1024';
  /** Requests of test/golden/scep/ that depend on it. */
  readonly cases?: readonly string[];
  /** Tests that prove it, for example "unit/http/enrol-listener.test.ts > junk is 400". */
  readonly tests?: readonly string[];
}

const HTTP = 'unit/http/enrol-listener.test.ts';

/**
 * What the server accepts although RFC 8894 would let it refuse. It is strict about everything
 * else.
 */
export const READING_QUIRKS: readonly ClientQuirk[] = [
  {
    name: 'single-des',
    what: 'content encrypted with single DES, which RFC 8894 section 2.9 forbids',
    clients: 'scepclient (always), sscep when no AES is offered, old Cisco IOS',
    where: 'scep/algorithm-policy.ts#accepts',
    legacy: 'des',
    cases: ['scepclient/enrol.der', 'cisco/enrol-get-des-md5.url'],
  },
  {
    name: 'sha1',
    what: 'requests and CSRs signed with SHA-1',
    clients: 'scepclient (always), clients from before 2015',
    where: 'scep/algorithm-policy.ts#accepts',
    legacy: 'sha1',
    cases: ['scepclient/enrol.der', 'sscep/enrol-des3-sha1.der', 'strongswan/enrol-des3-sha1.der'],
  },
  {
    name: 'md5',
    what: 'requests and CSRs signed with MD5',
    clients: 'Cisco IOS 12',
    where: 'scep/algorithm-policy.ts#accepts',
    legacy: 'md5',
    cases: ['variants/cisco-md5-v1.der', 'cisco/enrol-get-des-md5.url'],
  },
  {
    name: 'any-url-tail',
    what: "any path after the connector's URL",
    clients: 'Windows and Cisco append `/pkiclient.exe`, others append `/cgi-bin/pkiclient.exe`',
    where: 'http/enrol-listener.ts#createEnrolListener',
    tests: [
      `${HTTP} > is answered on the URL and any path below it, whatever the message parameter says`,
    ],
  },
  {
    name: 'any-content-type',
    what: 'POST with any Content-Type or none',
    clients: 'sscep and strongSwan send none, scepclient and jscep `application/octet-stream`',
    where: 'http/enrol-listener.ts#createEnrolListener',
    cases: ['jscep/enrol.der', 'xipki/enrol.der'],
    tests: [`${HTTP} > needs no Content-Type`],
  },
  {
    name: 'post-without-operation',
    what: 'POST without `operation`, as a PKIOperation',
    clients: 'home-made clients',
    where: 'http/serve-scep.ts#servePost',
    tests: [`${HTTP} > accepts any Content-Type or none, and any query or none`],
  },
  {
    name: 'any-parameter-order',
    what: '`message` before `operation`, names in any case, unknown parameters',
    clients: 'Go clients sort parameters by name',
    where: 'scep/parse-scep-query.ts#parseScepQuery',
    cases: ['scepclient/enrol-get.url'],
    tests: [`${HTTP} > accepts the parameters in any order`],
  },
  {
    name: 'doubled-question-mark',
    what: 'two question marks before the query, `pkiclient.exe??operation=`',
    clients: 'clients whose configured URL ends with a question mark',
    where: 'scep/parse-scep-query.ts#parseScepQuery',
    tests: ['unit/scep/parse-scep-query.test.ts > reads %s, whose question mark is doubled'],
  },
  {
    name: 'ca-identifier-ignored',
    what: 'any `message` with GetCACaps and GetCACert',
    clients:
      '`CAIdentifier` (sscep), `0`, `1`.. (certmonger), `default` (Windows), a trustpoint (Cisco), empty (Apple, jscep)',
    where: 'http/serve-scep.ts#serveGet',
    tests: [
      `${HTTP} > is answered on the URL and any path below it, whatever the message parameter says`,
    ],
  },
  {
    name: 'get',
    what: 'PKIOperation by GET although the server offers POST, also over HTTP/1.0',
    clients: 'certmonger (always), old Cisco IOS',
    where: 'http/serve-scep.ts#serveGet',
    cases: ['certmonger/enrol-get-aes.url', 'cisco/enrol-get.url'],
    tests: [`${HTTP} > answers HTTP/1.0 without a Host, as old Cisco devices send it`],
  },
  {
    name: 'base64-lines',
    what: 'base64 with lines separated by `%0A`',
    clients: 'sscep, strongSwan, Cisco',
    where: 'scep/decode-get-message.ts#decodeGetMessage',
    cases: ['sscep/enrol-get.url', 'cisco/enrol-get.url'],
  },
  {
    name: 'base64url',
    what: 'base64url without padding',
    clients: 'scepclient up to 2.3.0',
    where: 'scep/decode-get-message.ts#decodeGetMessage',
    cases: ['scepclient/enrol-get.url'],
  },
  {
    name: 'base64-unescaped',
    what: 'base64 with `+` and `/` unescaped, with a space instead of `+`, or percent-encoded twice',
    clients: 'macOS, jscep, proxies',
    where: 'scep/decode-get-message.ts#decodeGetMessage',
    cases: ['apple/enrol-get.url', 'jscep/enrol-get.url'],
    tests: [`${HTTP} > accepts every encoding that clients send`],
  },
  {
    name: 'ber',
    what: 'indefinite lengths, constructed OCTET STRINGs, lengths in any form',
    clients: "jscep (Bouncy Castle), Apple, scepclient's encryptedContent",
    where: 'asn1/ber-to-der.ts#berToDer',
    cases: [
      ...['jscep/enrol.der', 'apple/enrol.der', 'scepclient/enrol.der'],
      ...['variants/ber-throughout.der', 'openssl/streamed.der'],
    ],
  },
  {
    name: 'absent-parameters',
    what: 'AlgorithmIdentifiers without parameters where NULL is prescribed',
    clients: 'scepclient',
    where: 'x509/signature-algorithms.ts#signatureScheme',
    cases: ['variants/absent-parameters.der'],
  },
  {
    name: 'signature-algorithm',
    what: 'rsaEncryption or sha*N*WithRSAEncryption as signature algorithm of the SignerInfo',
    clients: 'strongSwan and scepclient send the latter',
    where: 'cms/verify-signed-data.ts#verifySignedData',
    cases: ['variants/sha256-with-rsa.der', 'strongswan/enrol-aes-sha256.der'],
  },
  {
    name: 'unsorted-attributes',
    what: 'signed attributes that are not in DER order, signed in the order sent or in DER order',
    clients: 'legacy clients',
    where: 'cms/verify-signed-data.ts#signatureHolds',
    cases: ['variants/attributes-unsorted.der', 'variants/attributes-unsorted-signed-sorted.der'],
  },
  {
    name: 'enveloped-content-type',
    what: 'an envelope whose content is not called data but, for example, signedData',
    clients: 'toolkits that name the content by what it holds',
    where: 'cms/parse-enveloped-data.ts#encryptedContentInfo',
    cases: ['variants/inner-content-type.der'],
    tests: ['unit/cms/parse-enveloped-data.test.ts > reads an inner content of any type'],
  },
  {
    name: 'several-recipients',
    what: 'an envelope for several recipients, one of them the RA',
    clients: 'scepclient encrypts to every certificate of GetCACert',
    where: 'scep/find-recipient.ts#findRecipient',
    cases: ['openssl/recipient-first.der', 'openssl/recipient-last.der'],
  },
  {
    name: 'key-identifiers',
    what: 'signer and recipient identified by subject key identifier',
    clients: "clients that use OpenSSL's CMS",
    where: 'cms/entity-identifier.ts#identifies',
    cases: ['variants/signer-key-identifier.der', 'openssl/recipient-key-identifier.der'],
  },
  {
    name: 'oaep',
    what: 'RSAES-OAEP with SHA-1 or SHA-2',
    clients: 'Windows',
    where: 'cms/oaep-parameters.ts#oaepParameters',
    cases: ['windows/enrol-oaep.der', 'openssl/oaep-sha256.der'],
  },
  {
    name: 'any-signer-certificate',
    what: 'anything in the self-signed certificate of a signer: version 1, MD5, a serial number of 32 octets or below zero, a critical AKI, another subject, any validity; only its key counts',
    clients: 'Cisco, Windows, certmonger, Apple, sscep (a validity of 6 days)',
    where: 'scep/read-pki-message.ts#readPkiMessage',
    cases: [
      ...['windows/enrol-microsoft-extensions.der', 'variants/windows-critical-aki.der'],
      ...['variants/serial-32-octets.der', 'variants/serial-negative.der'],
      ...['variants/other-subject.der', 'variants/unrelated-certificates-first.der'],
      ...['apple/enrol.der', 'variants/cisco-md5-v1.der'],
    ],
  },
  {
    name: 'signer-of-another-key',
    what: 'a PKCSReq with a good challenge, signed by another key than that of its CSR; the reply goes to the signer. The tag `scep:signer` restricts it',
    clients:
      "Jamf Pro as a proxy, Ivanti, Fleet's API with a key for each request, MikroTik, devices whose key is in a TPM",
    where: 'enrolment/authorise/read-certification-request.ts#readCertificationRequest',
    cases: ['refusals/envelope-stolen.der'],
    tests: [
      'scenario/enrolment/signer-of-another-key.test.ts > is issued for the key of the CSR, and the reply is encrypted to the signer',
    ],
  },
  {
    name: 'unstructured-name',
    what: 'a CSR and a signer whose subject is only an unstructuredName',
    clients: 'Cisco IOS',
    where: 'x509/distinguished-name.ts#formatName',
    cases: ['cisco/enrol-get.url'],
  },
  {
    name: 'any-transaction-id',
    what: 'a transactionID of 1 to 255 octets in PrintableString, UTF8String or IA5String, with `/ + =` or spaces; returned as received',
    clients: 'certmonger (77 digits), scepclient (base64), sscep (a space)',
    where: 'scep/scep-attributes.ts#readScepAttributes',
    cases: [
      ...['variants/transaction-id-77-digits.der', 'variants/transaction-id-base64.der'],
      ...['variants/transaction-id-space.der', 'variants/transaction-id-255.der'],
      'variants/transaction-id-utf8.der',
    ],
  },
  {
    name: 'nonce-length',
    what: 'a senderNonce of 1 to 64 octets; returned as received',
    clients: 'embedded clients',
    where: 'scep/scep-attributes.ts#readScepAttributes',
    cases: ['variants/nonce-8.der', 'variants/nonce-32.der'],
  },
  {
    name: 'no-signing-time',
    what: 'no signingTime, or one in any year',
    clients: 'devices without a clock',
    where: 'scep/scep-attributes.ts#readScepAttributes',
    cases: ['variants/no-signing-time.der'],
  },
  {
    name: 'renewal-by-pkcs-req',
    what: 'a PKCSReq signed with a certificate that the connector issued, as a renewal',
    clients: 'sscep, certmonger, macOS, Cisco; strongSwan by option',
    where: 'enrolment/enrol.ts#enrolByPkcsReq',
    cases: ['sscep/renew.der', 'variants/issued-signer.der'],
    tests: ['scenario/enrolment/renewal.test.ts > renews as %s with a new key'],
  },
  {
    name: 'ra-name-as-issuer',
    what: 'GetCert and GetCRL with the RA as the issuer',
    clients: 'sscep without `-O`',
    where: 'enrolment/read-issuer-and-serial-number.ts#requireOwnIssuer',
    cases: ['sscep/get-cert.der', 'sscep/get-crl.der'],
    tests: [
      'scenario/enrolment/get-certificate-and-crl.test.ts > gives the device its own certificate, by the name of the CA or of the RA',
    ],
  },
  {
    name: 'issuer-name-reversed',
    what: "GetCert and GetCRL with the relative names of the issuer's name in the opposite order",
    clients: 'jscep (getRevocationList)',
    where: 'enrolment/read-issuer-and-serial-number.ts#requireOwnIssuer',
    tests: [
      'scenario/enrolment/get-certificate-and-crl.test.ts > gives the CRL to jscep, which writes the name of the CA in reverse and in its own string types',
    ],
  },
  {
    name: 'poll-by-request',
    what: 'a pending request that is sent again, as a poll',
    clients: 'scepclient, Cisco, certmonger',
    where: 'enrolment/enrol.ts#enrolByPkcsReq',
    tests: [
      'scenario/enrolment/pending.test.ts > the request sent again and CertPoll get PENDING alike, then the one certificate',
    ],
  },
  {
    name: 'repeated-request',
    what: 'a repeated request, which returns the same certificate for half of its lifetime; signed with that certificate, it is a renewal',
    clients:
      'scepclient polls that way, Cisco repeats the request after issuance, and any client does after a broken connection; certmonger (resubmit) and clients that renew with the same key send the same bytes for a renewal',
    where: 'enrolment/answer-transaction.ts#answerTransaction',
    tests: [
      'unit/enrolment/handle-pki-operation.test.ts > gets the same certificate although its envelope and signature differ',
      'unit/enrolment/handle-pki-operation.test.ts > counts as a new request after half of the certificate’s lifetime',
      'scenario/enrolment/life-of-a-device.test.ts > is not given again on day %i, and the same request gets no other',
      'scenario/enrolment/renewal.test.ts > renews as %s by sending its enrolment request again, and gets the new certificate each time',
    ],
  },
];
