// Valid messages with requests that no device may make. Usage: node refuse-requests.mjs
import {
  bitString,
  boolean,
  context,
  implicit,
  nothing,
  octetString,
  oid,
  sequence,
  string,
} from './der.mjs';
import { CHALLENGE, csr, envelope, pkiMessage, RENEWING_KEY, SUBJECT } from './make-message.mjs';
import { extension, makeCertificate } from './make-parts.mjs';
import { refusedRequest } from './write-refusal.mjs';

// Requests that must be refused
const printable = (text) => string('printable', text);
const request = (options) => pkiMessage(envelope({ plaintext: csr(options) }));
const asking = (name, description, ...extensions) =>
  refusedRequest(name, description, request({ extensions }));
refusedRequest(
  'challenge-wrong',
  'a challenge of nobody',
  request({ challenges: [printable('00000000-0000-4000-8000-000000000000')] }),
  { challenge: '00000000-0000-4000-8000-000000000000' },
);
refusedRequest(
  'challenge-doubled',
  'two challengePassword attributes',
  request({ challenges: [printable(CHALLENGE), printable('another')] }),
  { challenge: null },
);
refusedRequest(
  'challenge-two-values',
  'one challengePassword attribute with two values',
  request({ challenges: [Buffer.concat([printable(CHALLENGE), printable('another')])] }),
  { challenge: null },
);
asking('csr-ca', 'basicConstraints CA:TRUE', extension('2.5.29.19', true, sequence(boolean(true))));
asking(
  'csr-key-cert-sign',
  'keyUsage keyCertSign',
  extension('2.5.29.15', true, bitString(Buffer.from([0x04]), 2)),
);
asking(
  'csr-crl-sign',
  'keyUsage cRLSign',
  extension('2.5.29.15', true, bitString(Buffer.from([0x02]), 1)),
);
asking(
  'csr-any-extended-key-usage',
  'anyExtendedKeyUsage',
  extension('2.5.29.37', false, sequence(oid('2.5.29.37.0'))),
);
asking(
  'csr-name-constraints',
  'nameConstraints',
  extension('2.5.29.30', true, sequence(context(0, sequence(implicit(2, Buffer.from('example')))))),
);
asking(
  'csr-unknown-critical',
  'an unknown critical extension',
  extension('1.3.6.1.4.1.99999.2', true, nothing),
);
asking(
  'csr-sid',
  'the Microsoft security identifier extension of an account',
  extension(
    '1.3.6.1.4.1.311.25.2',
    false,
    sequence(
      context(
        0,
        oid('1.3.6.1.4.1.311.25.2.1'),
        context(0, octetString(Buffer.from('S-1-5-21-1-2-3-500'))),
      ),
    ),
  ),
);
asking(
  'csr-upn',
  'subjectAltName with the user principal name of an administrator',
  extension(
    '2.5.29.17',
    false,
    sequence(
      context(
        0,
        oid('1.3.6.1.4.1.311.20.2.3'),
        context(0, string('utf8', 'administrator@lab.example')),
      ),
    ),
  ),
);
asking(
  'csr-dns-nul',
  'subjectAltName with a zero octet in a DNS name',
  extension('2.5.29.17', false, sequence(implicit(2, Buffer.from('good.example\0.evil.example')))),
);
const san = (host) => extension('2.5.29.17', false, sequence(implicit(2, Buffer.from(host))));
// RFC 5280 section 4.2
asking('csr-two-sans', 'subjectAltName twice', san('one.example'), san('two.example'));
refusedRequest(
  'envelope-stolen',
  'the envelope of another device, signed anew with a key of the thief',
  pkiMessage(envelope(), {
    signer: {
      key: RENEWING_KEY,
      certificate: makeCertificate({ key: RENEWING_KEY, subject: SUBJECT }),
    },
  }),
  { enrolment: 'issues' },
);
