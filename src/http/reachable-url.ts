import { networkInterfaces } from 'node:os';

/**
 * The URL of a listener as others can use it: for one that listens on every address (0.0.0.0 or ::), with the first address of
 * this machine that is not its own loopback.
 */
export function reachableUrl(listenerUrl: string): string {
  const url = new URL(listenerUrl);
  if (url.hostname !== '0.0.0.0' && url.hostname !== '[::]') return listenerUrl;
  const addresses = Object.values(networkInterfaces()).flatMap((interfaces) => interfaces ?? []);
  const outward = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  url.hostname = outward?.address ?? '127.0.0.1';
  return url.origin;
}
