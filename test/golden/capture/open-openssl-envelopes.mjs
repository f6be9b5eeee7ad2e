// Envelopes of the OpenSSL command line that a server must open.
// Usage: node open-openssl-envelopes.mjs
import { pkiMessage } from './make-message.mjs';
import { opensslEnvelope, variant } from './write-variant.mjs';

function opensslVariant(name, description, args, claimed = {}, messageOptions = {}) {
  const message = pkiMessage(opensslEnvelope(args), messageOptions);
  const command = `openssl cms -encrypt -binary -outform DER -in csr.der ${args.replaceAll('KEYS/', '')}`;
  variant('openssl', name, description, message, {
    provenance: `${command}, signed by open-openssl-envelopes.mjs`,
    ...claimed,
  });
}

const OAEP = '-keyopt rsa_padding_mode:oaep';
opensslVariant('aes192', 'AES-192', '-aes192 KEYS/ra.pem', { cipher: 'aes192Cbc' });
opensslVariant(
  'aes256-sha384',
  'AES-256 and SHA-384',
  '-aes256 KEYS/ra.pem',
  { cipher: 'aes256Cbc', digest: 'sha384' },
  { digest: 'sha384' },
);
opensslVariant(
  'aes256-sha512',
  'AES-256 and SHA-512',
  '-aes256 KEYS/ra.pem',
  { cipher: 'aes256Cbc', digest: 'sha512' },
  { digest: 'sha512' },
);
opensslVariant('des3', 'triple DES', '-des3 KEYS/ra.pem', { cipher: 'desEde3Cbc' });
opensslVariant(
  'oaep-sha1',
  'RSAES-OAEP with its default parameters, SHA-1',
  `-aes128 -recip KEYS/ra.pem ${OAEP}`,
  { keyTransport: 'rsaesOaep' },
);
opensslVariant(
  'oaep-sha256',
  'RSAES-OAEP with SHA-256 for hash and mask',
  `-aes256 -recip KEYS/ra.pem ${OAEP} -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha256`,
  { keyTransport: 'rsaesOaep', cipher: 'aes256Cbc' },
);
opensslVariant(
  'oaep-sha256-mgf1-sha1',
  'RSAES-OAEP with SHA-256 for the hash and SHA-1 for the mask',
  `-aes128 -recip KEYS/ra.pem ${OAEP} -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha1`,
  { keyTransport: 'rsaesOaep' },
);
opensslVariant(
  'streamed',
  'BER: EnvelopedData of indefinite length, the content in chunks',
  '-stream -aes128 KEYS/ra.pem',
);
opensslVariant(
  'recipient-first',
  'two recipients, the RA first',
  '-aes128 KEYS/ra.pem KEYS/foreign-ra.pem',
);
opensslVariant(
  'recipient-last',
  'two recipients, the RA last',
  '-aes128 KEYS/foreign-ra.pem KEYS/ra.pem',
);
opensslVariant(
  'recipient-key-identifier',
  'the recipient named by its subject key identifier; EnvelopedData version 2',
  '-keyid -aes128 KEYS/ra.pem',
);
