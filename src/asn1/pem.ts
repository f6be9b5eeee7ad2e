import { DecodeError } from './decode-error.ts';

/** RFC 7468 text of one object, ending with a newline. `label` is for example "CERTIFICATE". */
export function encodePem(label: string, der: Uint8Array): string {
  return `${joinPem(label, [der])}\n`;
}

/**
 * RFC 7468 texts of objects with a newline between them and none at the end, as the API of AWS
 * Private CA has them.
 */
export function joinPem(label: string, ders: readonly Uint8Array[]): string {
  const texts = ders.map((der) => {
    const lines =
      Buffer.from(der)
        .toString('base64')
        .match(/.{1,64}/g) ?? [];
    return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n');
  });
  return texts.join('\n');
}

/**
 * The DER of every object with the given label in an RFC 7468 text, in order. Ignores text around
 * the objects.
 * @throws DecodeError when an object with that label is not base64
 */
export function decodePem(label: string, text: string): Uint8Array[] {
  const objects = text.matchAll(
    new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`, 'g'),
  );
  return [...objects].map(([, body = '']) => {
    const base64 = body.replace(/\s+/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw new DecodeError(`the ${label} is not base64`);
    return Buffer.from(base64, 'base64');
  });
}
