import { tlsFilesOf } from '../config/load-settings.ts';
import type { ListenerSettings, Settings } from '../config/settings.ts';
import type { Logger } from '../observability/logger.ts';

/** URLs of the listeners, such as http://127.0.0.1:8080. */
export interface ServerUrls {
  /** As devices see it: publicUrl if it is set. */
  readonly enrolUrl: string;
  readonly apiUrl: string;
  readonly opsUrl: string;
}

const EXPOSED_IN_CLEAR =
  'the API listens on the network without TLS, and its answers hold challenge passwords; set api.tls, or put TLS in front of it';

/** Logs that the server listens, with a warning if the API is exposed without TLS. */
export function announceServer(urls: ServerUrls, { api }: Settings, logger: Logger): void {
  logger.info(urls, 'listening');
  if (isExposedInClear(api)) logger.warn({ apiUrl: urls.apiUrl }, EXPOSED_IN_CLEAR);
}

function isExposedInClear(listener: ListenerSettings): boolean {
  const isLoopback = /^(127\.|::1$|localhost$)/.test(listener.host);
  return !isLoopback && tlsFilesOf(listener) === undefined;
}
