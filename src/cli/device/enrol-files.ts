import { join } from 'node:path';

/** Where `enrol` and `renew` write; undefined for a file that the user has already. */
export interface EnrolFiles {
  readonly key: string | undefined;
  readonly request: string | undefined;
  readonly certificate: string;
  /** The certificate and the CAs below the anchor. */
  readonly chain: string;
  /** The anchor: the top of the chain. */
  readonly ca: string;
}
export interface EnrolFileOptions {
  readonly out: string;
  readonly key?: string | undefined;
  readonly csr?: string | undefined;
  readonly keyOut?: string | undefined;
  readonly certificateOut?: string;
  readonly chainOut?: string;
}

/** The path of each file: that of its option, or its usual name in `out`; undefined for inputs. */
export function enrolFiles(options: EnrolFileOptions): EnrolFiles {
  const { out, key, csr, keyOut, certificateOut, chainOut } = options;
  return {
    key: key === undefined ? (keyOut ?? join(out, 'key.pem')) : undefined,
    request: csr === undefined ? join(out, 'request.csr') : undefined,
    certificate: certificateOut ?? join(out, 'certificate.pem'),
    chain: chainOut ?? join(out, 'chain.pem'),
    ca: join(out, 'ca.pem'),
  };
}
