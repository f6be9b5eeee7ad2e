import type { ClientQuirk } from './reading-quirks.ts';

const HTTP = 'unit/http/enrol-listener.test.ts';
const REPLY = 'unit/scep/build-cert-rep.test.ts';

/** What the server sends in one of several ways that RFC 8894 allows, or beyond it. */
export const WRITING_QUIRKS: readonly ClientQuirk[] = [
  {
    name: 'sha-384-keyword',
    what: 'GetCACaps lists `SHA-384`, which is not a keyword of RFC 8894',
    clients: 'strongSwan 5.9.8 uses AES and SHA-256 only if it sees this keyword',
    where: 'scep/ca-capabilities.ts#caCapabilities',
    tests: ['unit/scep/ca-capabilities.test.ts > suits the clients with the policy %j'],
  },
  {
    name: 'aes-before-des3',
    what: 'GetCACaps lists `AES` before `DES3` and has no empty line',
    clients:
      'certmonger uses the first cipher; strongSwan matches an empty line with every keyword',
    where: 'scep/ca-capabilities.ts#caCapabilities',
    tests: ['unit/scep/ca-capabilities.test.ts > suits the clients with the policy %j'],
  },
  {
    name: 'ra-first-root-included',
    what: 'GetCACert returns the RA, its issuer and the chain up to the root, unless `scep:chain` reduces it',
    clients:
      'strongSwan writes no file without a root, Windows looks for its CAThumbprint, certmonger and jscep find the RA in it',
    where: 'scep/build-ca-cert-reply.ts#buildCaCertReply',
    tests: [
      'unit/scep/build-ca-cert-reply.test.ts > sends the RA first, then the issuing CA, then the rest up to the root',
    ],
  },
  {
    name: 'one-ra-certificate',
    what: 'the RA has one RSA certificate with digitalSignature, keyEncipherment and the EKU serverAuth',
    clients:
      'Apple requires both bits in one certificate, Windows an EKU, scepclient the same signer and recipient',
    where: 'connectors/ra/issue-ra-certificate.ts#issueRaCertificate',
    tests: ['interop/certmonger.test.ts > scep-submit tells the RA from the CA'],
  },
  {
    name: 'rsa-encryption',
    what: 'the signatureAlgorithm of replies is rsaEncryption with NULL',
    clients: 'strongSwan refuses any other',
    where: 'cms/build-signed-data.ts#buildSignedData',
    tests: [
      `${REPLY} > has rsaEncryption with NULL as signature algorithm, which strongSwan requires`,
    ],
  },
  {
    name: 'mirrored-algorithms',
    what: 'the reply uses the digest and cipher of the request',
    clients: 'old Cisco IOS refuses any other',
    where: 'scep/build-cert-rep.ts#replyDigest',
    tests: [`${REPLY} > is that of the request, as old clients know no other`],
  },
  {
    name: 'signer-enclosed',
    what: 'replies contain the RA certificate',
    clients: 'strongSwan',
    where: 'cms/build-signed-data.ts#buildSignedData',
    tests: [
      `${REPLY} > has version 1 twice, the signer by issuerAndSerialNumber, and only the RA certificate`,
    ],
  },
  {
    name: 'fresh-nonce',
    what: 'every reply has the recipientNonce and a senderNonce of 16 random octets',
    clients: 'certmonger, MikroTik, jscep',
    where: 'scep/build-cert-rep.ts#buildCertRep',
    tests: [`${REPLY} > with a new senderNonce each time, which jscep requires`],
  },
  {
    name: 'empty-content',
    what: 'FAILURE and PENDING have an empty content instead of no content',
    clients: 'certmonger fails without a content',
    where: 'scep/build-cert-rep.ts#buildCertRep',
    tests: ['interop/certmonger.test.ts > the daemon reports a wrong challenge'],
  },
  {
    name: 'leaf-only',
    what: 'SUCCESS contains only the issued certificate, unless `scep:chain` adds others',
    clients: 'scepclient and iOS use the first of several certificates',
    where: 'enrolment/decision.ts#grantedCertificate',
    tests: ['interop/scepclient.test.ts > enrols with a request that it makes itself'],
  },
  {
    name: 'exact-content-types',
    what: 'binary replies have a Content-Type without charset',
    clients: 'scepclient and xipki compare the whole header',
    where: 'http/respond.ts#respond',
    tests: [
      `${HTTP} > is answered on the URL and any path below it, whatever the message parameter says`,
    ],
  },
  {
    name: 'failure-is-200',
    what: 'a refused but readable request receives HTTP 200 and a signed FAILURE',
    clients: 'every client treats any other status as a network error',
    where: 'enrolment/handle-pki-operation.ts#handlePkiOperation',
    tests: [
      'interop/openssl.test.ts > answers an envelope for somebody else with a signed badMessageCheck',
    ],
  },
  {
    name: 'hresult',
    what: 'FAILURE has the attribute 1.3.6.1.4.1.311.21.33 of NDES with an HRESULT, beside failInfoText, when the User-Agent is that of Windows',
    clients: 'Windows, as NDES writes no failInfoText',
    where: 'scep/build-cert-rep.ts#buildCertRep',
    tests: [`${HTTP} > tells Windows why by an HRESULT, and no other client`],
  },
];
