import type { RequestListener } from 'node:http';
import { tlsFilesOf } from '../config/load-settings.ts';
import type { ListenerSettings } from '../config/settings.ts';
import { loadTlsFiles, type TlsFiles } from '../config/tls-files.ts';
import { UsageError } from '../config/usage-error.ts';
import { watchFiles } from '../config/watch-files.ts';
import { type RunningListener, reachableUrl, startListener } from '../http/start-listener.ts';
import type { Logger } from '../observability/logger.ts';

type OpenListener = Pick<RunningListener, 'url' | 'retire' | 'drain'>;

/**
 * Opens a listener by its settings: plain HTTP, or TLS with certificate files that are read again
 * when they change.
 * @throws UsageError for faulty TLS files; the system's error, with `code` such as EADDRINUSE
 */
function openListener(
  app: RequestListener,
  settings: ListenerSettings,
  logger: Logger,
): Promise<OpenListener> {
  const { host, port } = settings;
  const files = tlsFilesOf(settings);
  return files === undefined
    ? startListener(app, { host, port })
    : openTlsListener(app, { host, port, files }, logger);
}

async function openTlsListener(
  app: RequestListener,
  { host, port, files }: { readonly host: string; readonly port: number; readonly files: TlsFiles },
  logger: Logger,
): Promise<OpenListener> {
  let listener: RunningListener | undefined;
  const reload = async () => {
    try {
      listener?.setTls(await loadTlsFiles(files));
      logger.info({ ...files }, 'the TLS certificate was read again');
    } catch (error) {
      const reason = error instanceof UsageError ? error.message : String(error);
      logger.error({ reason }, 'the TLS files changed and are wrong; the old certificate stays');
    }
  };
  const watch = await watchFiles([files.certFile, files.keyFile], reload);
  try {
    const started = await startListener(app, { host, port, tls: await loadTlsFiles(files) });
    listener = started;
    return {
      url: started.url,
      retire: started.retire,
      drain: async (graceMs) => {
        await watch.stop();
        await started.drain(graceMs);
      },
    };
  } catch (error) {
    await watch.stop();
    throw error;
  }
}

/** Listeners that are opened one by one and ended together. */
export interface OpenListeners extends Pick<OpenListener, 'retire' | 'drain'> {
  /** @returns its URL @throws as `openListener` */
  open(app: RequestListener, settings: ListenerSettings): Promise<string>;
}

/** @param logger logs when TLS files change */
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
