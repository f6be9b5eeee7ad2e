import type { RequestListener } from 'node:http';
import express from 'express';
import { inTurn } from './in-turn.ts';
import { answerInPlainText, respondText } from './respond.ts';

/**
 * The listener for probes: /livez says that the process answers, /readyz that it can enrol.
 * @param findObjection says why the process cannot enrol, or undefined; called for each request
 */
export function createOpsListener(
  findObjection: () => Promise<string | undefined>,
): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/livez', (_request, response) => {
    respondText(response, 200, 'ok');
  });
  app.get('/readyz', async (_request, response) => {
    const objection = await findObjection();
    respondText(response, objection === undefined ? 200 : 503, objection ?? 'ok');
  });
  return inTurn(answerInPlainText(app), 0);
}
