import type { RequestListener } from 'node:http';
import express from 'express';
import { answerInPlainText, respondText } from './respond.ts';

/**
 * The listener for Kubernetes: /livez says that the process answers, /readyz that it can enrol.
 * @param findObjection what keeps the process from enrolling, or undefined; it is asked at each call
 */
export function createOpsApp(findObjection: () => Promise<string | undefined>): RequestListener {
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
  return answerInPlainText(app);
}
