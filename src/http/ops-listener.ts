import type { RequestListener } from 'node:http';
import express from 'express';
import type { Logger } from '../observability/logger.ts';
import { inTurn } from './in-turn.ts';
import { logExchanges, noteForLog } from './log-exchanges.ts';
import { answerInPlainText, respondText } from './respond.ts';

const PROBE = { message: 'probe answered', level: 'debug' } as const;

/**
 * The listener for probes: /livez says that the process answers, /readyz that it can enrol. They
 * are asked every few seconds, so the log has them at its level debug.
 * @param findObjection says why the process cannot enrol, or undefined; called for each request
 */
export function createOpsListener(
  findObjection: () => Promise<string | undefined>,
  logger: Logger,
): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/livez', (_request, response) => {
    noteForLog(response, {}, PROBE);
    respondText(response, 200, 'ok');
  });
  app.get('/readyz', async (_request, response) => {
    noteForLog(response, {}, PROBE);
    const objection = await findObjection();
    respondText(response, objection === undefined ? 200 : 503, objection ?? 'ok');
  });
  const answer = logExchanges(answerInPlainText(app), { logger, message: 'request answered' });
  return inTurn(answer, 0);
}
