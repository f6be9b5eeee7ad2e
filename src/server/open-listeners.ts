import type { RequestListener } from 'node:http';
import type { ListenerSettings } from '../config/settings.ts';
import { reachableUrl } from '../http/reachable-url.ts';
import type { Logger } from '../observability/logger.ts';
import type { OpenListener } from './open-listener.ts';
import { openListener } from './open-listener.ts';

/** Listeners that are opened one by one and ended together. */
export interface OpenListeners extends Pick<OpenListener, 'retire' | 'drain'> {
  /** @returns where it is reached @throws as `openListener` */
  open(app: RequestListener, settings: ListenerSettings): Promise<string>;
}

/** None is open at first. @param logger is told when TLS files change */
export function openListeners(logger: Logger): OpenListeners {
  const opened: OpenListener[] = [];
  return {
    async open(app, settings) {
      const listener = await openListener(app, settings, logger);
      opened.push(listener);
      return reachableUrl(listener.url);
    },
    retire() {
      for (const listener of opened) listener.retire();
    },
    async drain(graceMs) {
      await Promise.all(opened.map((listener) => listener.drain(graceMs)));
    },
  };
}
