import { tlsFilesOf } from '../config/load-settings.ts';
import type { ListenerSettings, Settings } from '../config/settings.ts';
import type { Logger } from '../observability/logger.ts';

/** Where the listeners are reached, such as http://127.0.0.1:8080. */
export interface ServerUrls {
  /** As devices see it: publicUrl where there is one. */
  readonly enrolUrl: string;
  readonly apiUrl: string;
  readonly opsUrl: string;
}

const EXPOSED_IN_CLEAR =
  'the API listens on the network without TLS, and its answers hold challenge passwords; set api.tls, or put TLS in front of it';

/** Logs that a server listens, and what whoever runs it should know about that. */
export function announceServer(urls: ServerUrls, { api }: Settings, logger: Logger): void {
  logger.info(urls, 'listening');
  if (isExposedInClear(api)) logger.warn({ apiUrl: urls.apiUrl }, EXPOSED_IN_CLEAR);
}

function isExposedInClear(listener: ListenerSettings): boolean {
  const isLoopback = /^(127\.|::1$|localhost$)/.test(listener.host);
  return !isLoopback && tlsFilesOf(listener) === undefined;
}
