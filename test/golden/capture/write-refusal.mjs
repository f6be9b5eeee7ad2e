// Writes a refused request to the corpus, with its readable fields and the expected reply.
import path from 'node:path';
import { writeCase } from './corpus.mjs';
import { nothing, sequence } from './der.mjs';
import { CHALLENGE, NONCE, TRANSACTION_ID } from './make-message.mjs';

const NOTHING_READ = {
  messageType: null,
  transactionId: null,
  senderNonce: null,
  digest: null,
  cipher: null,
  keyTransport: null,
  challenge: null,
  csrSubject: null,
};
const MESSAGE_READ = {
  ...NOTHING_READ,
  messageType: 19,
  transactionId: TRANSACTION_ID,
  senderNonce: NONCE,
  digest: 'sha256',
  cipher: 'aes128Cbc',
  keyTransport: 'rsaEncryption',
};
const REQUEST_READ = { ...MESSAGE_READ, challenge: CHALLENGE, csrSubject: 'CN=device,O=Lab,C=US' };

function refusal(name, description, message, facts) {
  writeCase('refusals', name, message, {
    description,
    provenance: path.basename(process.argv[1]),
    http: { method: 'POST', contentType: 'application/x-pki-message' },
    ...facts,
    policy: {},
  });
}
export const unreadable = (name, description, message) =>
  refusal(name, description, message, { ...NOTHING_READ, outcome: 'unreadable', enrolment: null });
const failing =
  (outcome) =>
  (name, description, message, facts = {}) =>
    refusal(name, description, message, { ...MESSAGE_READ, ...facts, outcome, enrolment: null });
export const badMessageCheck = failing('badMessageCheck');
export const badRequest = failing('badRequest');
export const badAlg = failing('badAlg');
/** The message opens, and the request inside it is refused. */
export const refusedRequest = (name, description, message, facts = {}) =>
  refusal(name, description, message, {
    ...REQUEST_READ,
    outcome: 'opens',
    enrolment: 'badRequest',
    ...facts,
  });

/** SEQUENCE in SEQUENCE, `depth` times. */
export function nested(depth) {
  let element = nothing;
  for (let i = 0; i < depth; i += 1) element = sequence(element);
  return element;
}
