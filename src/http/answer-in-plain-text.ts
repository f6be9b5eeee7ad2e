import type { RequestListener } from 'node:http';
import type { Express, Request, Response } from 'express';
import { respondText } from './respond.ts';

/**
 * The app as a listener that answers in plain text what no handler of the app has answered. Express would do so in HTML, and asks
 * no handler at all for a target that its own parser of URLs does not take.
 */
export function answerInPlainText(app: Express): RequestListener {
  return (request, response) => {
    const unanswered = (error?: unknown) => {
      if (response.headersSent) response.destroy();
      else if (error === undefined) respondText(response, 404, 'There is nothing at this URL.');
      else respondText(response, 500, 'Internal error.');
    };
    // The app itself makes them what these types say.
    app(request as Request, response as Response, unanswered);
  };
}
