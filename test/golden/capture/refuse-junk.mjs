// Bytes that are not a message. Usage: node refuse-junk.mjs
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { KEYS } from './corpus.mjs';
import { indefinite, sequence, set, tlv } from './der.mjs';
import { envelope, party, pkiMessage } from './make-message.mjs';
import { nested, unreadable } from './write-refusal.mjs';

// Not messages
const valid = pkiMessage(envelope());
unreadable('empty', 'an empty body', Buffer.alloc(0));
unreadable('text', 'a text', Buffer.from('PKIOperation'));
unreadable('html', 'a login page', Buffer.from('<!doctype html><title>Sign in</title>'));
unreadable('random', 'octets of no meaning', randomLike(1_000));
unreadable('certificate', 'a certificate', party('ra.pem').certificate);
unreadable('envelope-only', 'an envelope that nobody signed', envelope());
unreadable('pem', 'a PEM file', readFileSync(path.join(KEYS, 'ra.pem')));
unreadable('truncated', 'the first half of a valid message', valid.subarray(0, valid.length / 2));
unreadable(
  'trailing-octet',
  'a valid message and one octet',
  Buffer.concat([valid, Buffer.from([0])]),
);
unreadable('nested-definite', 'SEQUENCE in SEQUENCE, 2000 deep', nested(2_000));
unreadable(
  'nested-indefinite',
  'SEQUENCE in SEQUENCE of indefinite length, 4000 deep, none ended',
  Buffer.from('3080'.repeat(4_000), 'hex'),
);
unreadable(
  'nested-octet-strings',
  'constructed OCTET STRINGs of indefinite length, 500 deep',
  nestedStrings(500),
);
unreadable('many-elements', 'a SET of 10000 NULLs', set(Buffer.from('0500'.repeat(10_000), 'hex')));
unreadable('length-4-gib', 'a SEQUENCE that claims 4 GiB', Buffer.from('3084ffffffff0201', 'hex'));
unreadable(
  'length-127-octets',
  'a length of 126 length octets',
  Buffer.concat([Buffer.from([0x30, 0xfe]), Buffer.alloc(126, 0xff)]),
);
unreadable(
  'primitive-indefinite',
  'a primitive INTEGER of indefinite length',
  sequence(Buffer.from('0280010000', 'hex')),
);
unreadable(
  'high-tag',
  'a tag number of many octets',
  Buffer.concat([Buffer.from([0x3f]), Buffer.alloc(200, 0xff)]),
);

function nestedStrings(depth) {
  let element = tlv(0x04, Buffer.from('x'));
  for (let i = 0; i < depth; i += 1) element = indefinite(0x24, element);
  return element;
}

function randomLike(length) {
  const parts = [];
  for (let i = 0; parts.length * 32 < length; i += 1) {
    parts.push(createHash('sha256').update(`octets ${i}`).digest());
  }
  return Buffer.concat(parts).subarray(0, length);
}
