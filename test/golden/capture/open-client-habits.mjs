// Requests of clients that cannot be installed here. Each combines the published habits of one
// client (docs/client-quirks.md lists them). Usage: node open-client-habits.mjs
import { createHash, createPublicKey } from 'node:crypto';
import { bitString, children, contentOf, implicit, sequence, string } from './der.mjs';
import {
  attributes,
  csr,
  DEVICE_KEY,
  envelope,
  party,
  pkiMessage,
  RENEWING_KEY,
  SUBJECT,
} from './make-message.mjs';
import { extension, keyIdentifier, makeCertificate } from './make-parts.mjs';
import { opensslEnvelope, variant } from './write-variant.mjs';

const signer = (options) => ({
  key: DEVICE_KEY,
  certificate: makeCertificate({ key: DEVICE_KEY, subject: SUBJECT, ...options }),
});
const signed = (transactionId) => attributes({ transactionId: string('printable', transactionId) });
const spki = createPublicKey(DEVICE_KEY).export({ type: 'spki', format: 'der' });
const keyBits = contentOf(children(spki)[1]).subarray(1);
const hex = (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex');
const get = (path, encode) => (message) =>
  `${path}?operation=PKIOperation&message=${encode(message.toString('base64'))}`;
const OCTETS = 'application/octet-stream';

// Apple: a transient identity with a UUID as its name, for signing and encryption; the strongest
// digest offered; BER from some versions; a transactionID from the key's bits; GET escapes only
// '='.
const keyUsage = extension('2.5.29.15', true, bitString(Buffer.of(0xa0), 5));
const apple = (content) =>
  pkiMessage(content, {
    digest: 'sha512',
    ber: true,
    signed: signed(hex('sha1', keyBits).toUpperCase()),
    signer: signer({
      subject: [['CN', '8C7A2E5B-0A0F-4D7B-9E53-6B8E1D2F4A60']],
      extensions: [keyUsage],
    }),
  });
const appleClaims = { digest: 'sha512', transactionId: hex('sha1', keyBits).toUpperCase() };
variant(
  'apple',
  'enrol',
  'iOS, macOS: BER, SHA-512, a signer named by a UUID with a critical keyUsage',
  apple(opensslEnvelope('-stream -aes128 KEYS/ra.pem')),
  appleClaims,
);
variant(
  'apple',
  'enrol-get',
  "macOS where POST is not offered: base64 with only '=' escaped",
  apple(envelope()),
  { ...appleClaims, target: get('/scep', (text) => text.replaceAll('=', '%3D')) },
);

// Windows: RSAES-OAEP key transport, a critical authority key identifier in the temporary
// certificate, extensions with Microsoft's own object identifier.
const keyId = extension('2.5.29.35', true, sequence(implicit(0, keyIdentifier(DEVICE_KEY))));
variant(
  'windows',
  'enrol-oaep',
  'Windows MDM: RSAES-OAEP, and a critical authority key identifier in the signer',
  pkiMessage(opensslEnvelope('-aes256 -recip KEYS/ra.pem -keyopt rsa_padding_mode:oaep'), {
    signed: signed(hex('sha256', spki)),
    signer: signer({ extensions: [keyId] }),
  }),
  { cipher: 'aes256Cbc', keyTransport: 'rsaesOaep', transactionId: hex('sha256', spki) },
);
const san = extension('2.5.29.17', false, sequence(implicit(2, Buffer.from('device.example'))));
variant(
  'windows',
  'enrol-microsoft-extensions',
  'Windows: extensions under 1.3.6.1.4.1.311.2.1.14, the critical authority key identifier',
  pkiMessage(
    envelope({ plaintext: csr({ extensions: [san], extensionRequest: '1.3.6.1.4.1.311.2.1.14' }) }),
    { signer: signer({ extensions: [keyId] }) },
  ),
);

// Cisco IOS: GET with base64 in lines, /pkiclient.exe at the end of the path. Old versions: MD5,
// single DES and a version 1 signer with an unstructuredName.
const router = [['hostname', 'router.example']];
const inLines = (text) => encodeURIComponent(text.replace(/.{64}/g, '$&\n'));
const cisco = { csrSubject: 'unstructuredName=router.example' };
variant(
  'cisco',
  'enrol-get',
  'Cisco IOS-XE: GET with base64 in lines of 64, to /pkiclient.exe',
  pkiMessage(envelope({ plaintext: csr({ subject: router }) }), {
    signer: signer({ subject: router }),
  }),
  { ...cisco, target: get('/scep/pkiclient.exe', inLines) },
);
variant(
  'cisco',
  'enrol-get-des-md5',
  'Cisco IOS 12.4: MD5, single DES and a version 1 signer, by GET to /cgi-bin/pkiclient.exe',
  pkiMessage(envelope({ plaintext: csr({ digest: 'md5', subject: router }), cipher: 'des-cbc' }), {
    digest: 'md5',
    signed: signed(hex('md5', spki).toUpperCase()),
    signer: signer({ version: 1, digest: 'md5', subject: router }),
  }),
  {
    ...cisco,
    digest: 'md5',
    cipher: 'desCbc',
    transactionId: hex('md5', spki).toUpperCase(),
    policy: { allowMd5: true, allowSingleDes: true },
    target: get('/scep/cgi-bin/pkiclient.exe', inLines),
  },
);

// jscep: Bouncy Castle's BER throughout, a lower-case SHA-1 of the key, application/octet-stream,
// and GET without escaping.
const jscep = (content) =>
  pkiMessage(content, { digest: 'sha512', ber: true, signed: signed(hex('sha1', spki)) });
const jscepClaims = { digest: 'sha512', transactionId: hex('sha1', spki) };
variant(
  'jscep',
  'enrol',
  'jscep: indefinite lengths throughout, SHA-512',
  jscep(opensslEnvelope('-stream -aes128 KEYS/ra.pem')),
  { ...jscepClaims, contentType: OCTETS },
);
variant('jscep', 'enrol-get', "jscep by GET: '+', '/' and '=' unescaped", jscep(envelope()), {
  ...jscepClaims,
  target: get('/scep', (text) => text),
});

// xipki: PKCSReq for a first certificate, RenewalReq signed by the old one.
variant(
  'xipki',
  'enrol',
  'xipki: AES-128, SHA-256, application/octet-stream',
  pkiMessage(envelope(), { signed: signed(hex('sha1', spki)) }),
  { transactionId: hex('sha1', spki), contentType: OCTETS },
);
variant(
  'xipki',
  'renew',
  'xipki: RenewalReq for a new key, signed by the certificate to be renewed',
  pkiMessage(envelope({ plaintext: csr({ challenges: [] }) }), {
    signed: attributes({ messageType: string('printable', '17') }),
    signer: { key: RENEWING_KEY, certificate: party('renewing-device.pem').certificate },
  }),
  { messageType: 17, challenge: null, enrolment: null, contentType: OCTETS },
);
