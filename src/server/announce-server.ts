import { type LoadedSettings, tlsFilesOf } from '../config/load-settings.ts';
import type { ListenerSettings } from '../config/settings.ts';
import type { Logger } from '../observability/logger.ts';

/** URLs of the listeners, such as http://127.0.0.1:8080. */
export interface ServerUrls {
  /** As devices see it: publicUrl if it is set. */
  readonly enrolUrl: string;
  /** Of the same listener, on this machine. */
  readonly enrolLocalUrl: string;
  readonly apiUrl: string;
  readonly opsUrl: string;
}

const EXPOSED_IN_CLEAR =
  'the API listens on the network without TLS, and its answers hold challenge passwords; set api.tls, or put TLS in front of it';

/** Logs that the server listens, and warns of settings that endanger secrets. */
export function announceServer(
  urls: ServerUrls,
  { settings: { api }, warnings = [] }: Pick<LoadedSettings, 'settings' | 'warnings'>,
  logger: Logger,
): void {
  logger.info(urls, 'listening');
  if (isExposedInClear(api)) logger.warn({ apiUrl: urls.apiUrl }, EXPOSED_IN_CLEAR);
  for (const warning of warnings) logger.warn(warning);
}

function isExposedInClear(listener: ListenerSettings): boolean {
  const isLoopback = /^(127\.|::1$|localhost$)/.test(listener.host);
  return !isLoopback && tlsFilesOf(listener) === undefined;
}
