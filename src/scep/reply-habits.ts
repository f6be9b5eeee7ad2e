import type { ClientQuirk } from './client-quirks.ts';

const HTTP = 'unit/http/enrol-listener.test.ts';
const REPLY = 'unit/scep/build-cert-rep.test.ts';

/** What the server sends in one of several ways that RFC 8894 allows, or beyond it. */
export const WRITING_QUIRKS: readonly ClientQuirk[] = [
  {
    name: 'sha-384-keyword',
    what: 'GetCACaps lists `SHA-384`, which is no keyword of the RFC',
    clients: 'strongSwan 5.9.8 takes it for AES and SHA-256',
    where: 'scep/ca-capabilities.ts#caCapabilities',
    tests: ['unit/scep/ca-capabilities.test.ts > suit the clients under %j'],
  },
  {
    name: 'aes-before-des3',
    what: '`AES` stands before `DES3`, and there is no empty line',
    clients: 'certmonger takes the first; an empty line matches everything in strongSwan',
    where: 'scep/ca-capabilities.ts#caCapabilities',
    tests: ['unit/scep/ca-capabilities.test.ts > suit the clients under %j'],
  },
  {
    name: 'ra-first-root-included',
    what: 'GetCACert lists the RA, its issuer, and on to the root, unless `scep:chain` says less',
    clients:
      'strongSwan writes no file without a root, Windows looks for its CAThumbprint, certmonger and jscep find the RA',
    where: 'scep/build-ca-cert-reply.ts#buildCaCertReply',
    tests: [
      'unit/scep/build-ca-cert-reply.test.ts > the RA stands first, then the issuing CA, then the rest up to the root (protocol C19)',
    ],
  },
  {
    name: 'one-ra-certificate',
    what: 'one RSA certificate with digitalSignature, keyEncipherment and the EKU serverAuth',
    clients:
      'Apple wants both bits in one certificate, Windows an EKU, scepclient signer and recipient alike',
    where: 'connectors/ra/issue-ra-certificate.ts#issueRaCertificate',
    tests: ['interop/certmonger.test.ts > scep-submit tells the RA from the CA'],
  },
  {
    name: 'rsa-encryption',
    what: 'signatureAlgorithm of replies is rsaEncryption with NULL',
    clients: 'strongSwan refuses others',
    where: 'cms/build-signed-data.ts#buildSignedData',
    tests: [`${REPLY} > names rsaEncryption with NULL for signature algorithm (protocol fact 7)`],
  },
  {
    name: 'mirrored-algorithms',
    what: 'digest and cipher of the reply are those of the request',
    clients: 'old Cisco IOS refuses others',
    where: 'scep/build-cert-rep.ts#replyDigest',
    tests: [`${REPLY} > is the one of the request, as old clients know no other`],
  },
  {
    name: 'signer-enclosed',
    what: 'replies hold the RA certificate',
    clients: 'strongSwan',
    where: 'cms/build-signed-data.ts#buildSignedData',
    tests: [
      `${REPLY} > has version 1 twice, the signer by issuerAndSerialNumber, and the RA certificate alone`,
    ],
  },
  {
    name: 'fresh-nonce',
    what: 'every reply has a senderNonce of 16 fresh octets and the recipientNonce',
    clients: 'certmonger, MikroTik, jscep',
    where: 'scep/build-cert-rep.ts#buildCertRep',
    tests: [`${REPLY} > with a new senderNonce each time (jscep demands it)`],
  },
  {
    name: 'empty-content',
    what: 'FAILURE and PENDING hold a content of no octets in place of none',
    clients: 'certmonger fails without one',
    where: 'scep/build-cert-rep.ts#buildCertRep',
    tests: ['interop/certmonger.test.ts > the daemon reports a wrong challenge'],
  },
  {
    name: 'leaf-only',
    what: 'a SUCCESS holds the issued certificate alone, unless `scep:chain` says more',
    clients: 'scepclient and iOS take the first of several',
    where: 'enrolment/decision.ts#grantedCertificate',
    tests: ['interop/scepclient.test.ts > enrols with a request of its own making'],
  },
  {
    name: 'exact-content-types',
    what: 'no charset on binary replies',
    clients: 'scepclient and xipki compare the whole header',
    where: 'http/respond.ts#respond',
    tests: [
      `${HTTP} > is answered on the URL and any path below it, whatever the message parameter says`,
    ],
  },
  {
    name: 'failure-is-200',
    what: 'a readable request gets HTTP 200 and a signed FAILURE',
    clients: 'any other status is a network error to every client',
    where: 'enrolment/handle-pki-operation.ts#handlePkiOperation',
    tests: [
      'interop/openssl.test.ts > answers an envelope for somebody else with a signed badMessageCheck',
    ],
  },
];
