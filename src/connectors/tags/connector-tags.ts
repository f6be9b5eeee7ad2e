import { PRIVILEGED_PURPOSES } from '../../x509/key-purposes.ts';

/**
 * The value of one `scep:` tag: words and, for some tags, object identifiers, fingerprints or one
 * duration, separated by spaces.
 */
export interface ConnectorTag {
  /** Each word, and what it does. */
  readonly words: Readonly<Record<string, string>>;
  readonly duration?: TagDuration;
  /** What dotted object identifiers do, if the tag takes them. */
  readonly identifiers?: string;
  /** What SHA-256 fingerprints of certificates do, if it takes them. */
  readonly fingerprints?: string;
  /** What holds without the tag. */
  readonly byDefault: string;
}

export interface TagDuration {
  /** Both are written as in a tag, and allowed. */
  readonly minimum: string;
  readonly maximum: string;
  readonly meaning: string;
}

/** Every tag; docs/connector-tags.md is generated from it. */
export const CONNECTOR_TAGS = {
  'scep:legacy': {
    words: {
      des: 'accepts requests encrypted with single DES',
      sha1: 'accepts requests and CSRs signed with SHA-1',
      md5: 'accepts requests and CSRs signed with MD5',
      'rsa-1024': 'certifies RSA keys from 1024 bits, and accepts them as signers',
      'sha1-renewal':
        'accepts renewals signed with SHA-1 too, where the signature stands for the challenge; needs `sha1`',
    },
    byDefault: 'none of them',
  },
  'scep:signer': {
    words: {
      any: 'a request with a challenge may be signed by another key than that in its CSR',
      requester: 'the key in the CSR must sign it',
    },
    fingerprints:
      'the certificate with this SHA-256 fingerprint may sign for other keys as well; no other may',
    byDefault: '`any`',
  },
  'scep:windows-identity': {
    words: {
      upn: 'certifies user principal names',
      sid: 'certifies security identifiers',
    },
    byDefault: 'none of them',
  },
  'scep:eku': {
    words: Object.fromEntries(
      Object.entries(PRIVILEGED_PURPOSES).map(([name, oid]) => [
        name,
        `certifies the purpose ${oid}`,
      ]),
    ) as Readonly<Record<keyof typeof PRIVILEGED_PURPOSES, string>>,
    identifiers: 'certifies this purpose',
    byDefault: 'the purposes of devices alone',
  },
  'scep:extensions': {
    words: {
      refuse: 'refuses requests with any extension that is not known',
      drop: 'leaves them out of the certificate and names them in the log',
      copy: 'certifies them, except those that are the business of a CA',
    },
    byDefault: '`drop`; those that are critical are always refused',
  },
  'scep:chain': {
    words: {
      full: 'GetCACert: RA, issuing CA and every CA above it, root included',
      'no-root': 'GetCACert: the same without a root above the issuing CA',
      'ra-and-ca': 'GetCACert: RA and issuing CA',
      'leaf-only': 'CertRep: the issued certificate',
      'leaf-and-ca': 'CertRep: the issued certificate, then the issuing CA',
    },
    byDefault: '`full leaf-only`',
  },
  'scep:renewal': {
    words: {
      on: 'a valid certificate of this connector renews itself without a challenge',
      off: 'every request needs a challenge',
      'same-key': 'the new certificate may be for the old key',
      'new-key': 'the new certificate must be for another key',
    },
    duration: {
      minimum: '1h',
      maximum: '3650d',
      meaning: 'renewals are accepted no earlier than this before the certificate ends',
    },
    byDefault: '`on same-key`, at any time while the certificate is valid',
  },
  'scep:validity-default': {
    words: {},
    duration: {
      minimum: '1m',
      maximum: '36500d',
      meaning: 'how long certificates live when the request names no validity',
    },
    byDefault: '`365d`, or `scep:validity-max` when that is less',
  },
  'scep:validity-max': {
    words: {},
    duration: {
      minimum: '1m',
      maximum: '36500d',
      meaning: 'longer ones are cut to this, whatever the request names',
    },
    byDefault: '`1825d`',
  },
  'scep:not-before-skew': {
    words: {},
    duration: {
      minimum: '0s',
      maximum: '30d',
      meaning:
        'how long before the moment of issuing certificates begin, for devices with slow clocks',
    },
    byDefault: "the CA's own, one hour",
  },
  'scep:pending-wait': {
    words: {},
    duration: {
      minimum: '0s',
      maximum: '60s',
      meaning: 'how long a request waits for the CA before it is answered PENDING',
    },
    byDefault: '`15s`',
  },
} as const satisfies Readonly<Record<string, ConnectorTag>>;
