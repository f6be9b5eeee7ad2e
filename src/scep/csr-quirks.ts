import type { ClientQuirk } from './reading-quirks.ts';

const CSR = 'unit/x509/parse-certification-request.test.ts';
const RULES = 'scenario/enrolment/csr-rules.test.ts';

/** What the server accepts in a certification request, in addition to READING_QUIRKS. */
export const CSR_QUIRKS: readonly ClientQuirk[] = [
  {
    name: 'challenge-encoding',
    what: 'a challengePassword of any string type; an empty one means none',
    clients: 'Windows, Java clients',
    where: 'scep/challenge-passwords.ts#challengePasswords',
    cases: [
      ...['variants/challenge-utf8.der', 'variants/challenge-t61.der'],
      ...['variants/challenge-ia5.der', 'variants/challenge-bmp.der'],
      'variants/challenge-empty.der',
    ],
  },
  {
    name: 'microsoft-extension-request',
    what: 'requested extensions in the attribute 1.3.6.1.4.1.311.2.1.14',
    clients: 'Windows',
    where: 'x509/parse-certification-request.ts#parseCertificationRequest',
    cases: ['variants/extensions-microsoft.der', 'windows/enrol-microsoft-extensions.der'],
  },
  {
    name: 'verisign-extension-request',
    what: 'requested extensions in the attribute 2.16.840.1.113733.1.9.8',
    clients: 'clients of the first SCEP drafts',
    where: 'x509/parse-certification-request.ts#parseCertificationRequest',
    tests: [`${CSR} > reads extensions under the name %s`],
  },
  {
    name: 'repeated-extension-request',
    what: 'several extension requests that ask for the same',
    clients: 'clients that fill in both the attribute of PKCS #9 and that of Microsoft',
    where: 'x509/parse-certification-request.ts#parseCertificationRequest',
    tests: [`${CSR} > takes several extension requests that say the same for one: %s`],
  },
  {
    name: 'path-length-without-ca',
    what: 'a request with basicConstraints of CA:FALSE and a path length; the CA sets its own',
    clients: 'Windows under Intune',
    where: 'x509/basic-constraints.ts#parseRequestedConstraints',
    tests: [`${RULES} > with %s, which the CA copies or sets itself`],
  },
  {
    name: 'empty-alternative-name',
    what: 'an empty subjectAltName, which the certificate does not get',
    clients: 'profiles whose variables were all empty',
    where: 'x509/general-names.ts#hasNoGeneralNames',
    tests: [`${RULES} > with %s, which is left out and named`],
  },
  {
    name: 'uri-with-spaces',
    what: 'a URI of any printable characters after its scheme, in the subjectAltName',
    clients: 'Intune profiles for look-ups of Cisco ISE (`ID:Microsoft Endpoint Manager:GUID:`)',
    where: 'x509/general-names.ts#isUri',
    tests: [`${RULES} > is accepted with the URI %s: printable, with a scheme`],
  },
  {
    name: 'repeated-attribute',
    what: 'a subject that has an attribute more than once',
    clients: 'Jamf Pro (two common names)',
    where: 'enrolment/authorise/check-subject.ts#checkSubject',
    tests: [`${RULES} > is accepted with two common names`],
  },
  {
    name: 'device-identifiers',
    what: 'permanentIdentifier (RFC 4043) and hardwareModuleName (RFC 4108) in the subjectAltName',
    clients: 'devices with an identity of their manufacturer, attested devices',
    where: 'enrolment/authorise/check-alternative-names.ts#checkAlternativeNames',
    tests: [`${RULES} > with %s gets the right answer`],
  },
  {
    name: 'alternative-name-not-critical',
    what: 'an empty subject beside a subjectAltName that is not critical; that of the certificate is critical',
    clients: 'home-made clients',
    where: 'enrolment/authorise/decide-extensions.ts#decideExtensions',
    tests: [`${RULES} > is accepted with an empty subject and a subjectAltName`],
  },
  {
    name: 'unknown-extensions',
    what: 'extensions that are neither known nor critical; the certificate does not get them, unless `scep:extensions` says so',
    clients: 'certreq of Windows, network gear, consoles of other products',
    where: 'enrolment/authorise/treat-unknown-extension.ts#treatUnknown',
    tests: [`${RULES} > with %s, which is left out and named`],
  },
  {
    name: 'validity-exchanged',
    what: 'ValidityPeriod and ValidityPeriodUnits exchanged, where the one is a number and the other a word',
    clients: 'Android under Intune',
    where: 'enrolment/transaction/decide-validity.ts#decideValidity',
    tests: [`${RULES} > given as %s %s is %i days long`],
  },
  {
    name: 'rsa-1024',
    what: 'RSA keys of 1024 to 2047 bits, in the CSR and of the signer',
    clients: 'old MikroTik, Apple profiles without a key size, PAN-OS by choice',
    where: 'scep/algorithm-policy.ts#minimumRsaBits',
    legacy: 'rsa-1024',
    tests: [
      'scenario/enrolment/short-rsa-keys.test.ts > enrols and renews where the tag allows it',
    ],
  },
];
