import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { SparkgateError } from '../domain/errors.ts';
import type { Env } from './env.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';

/**
 * Node's own server before the application. Probes of HTTP/1.0 name no host: a name stands in, by which no page is asked for.
 * @param keepAlive seconds that a connection is kept while nothing is asked on it: whoever closes an idle connection first
 * must be the one that asks, or else what it sends meanwhile gets lost
 */
export function httpServer(app: Pick<OpenAPIHono<Env>, 'fetch'>, keepAlive: number): Server {
  const options = { hostname: 'localhost', errorHandler: answerUnreadable };
  const listener = getRequestListener(app.fetch, options);
  const server = createServer({ keepAliveTimeout: keepAlive * 1000 }, (incoming, outgoing) => {
    if (incoming.method !== 'OPTIONS' || incoming.url !== '*') return void listener(incoming, outgoing);
    outgoing.writeHead(204, { Allow: ALL_METHODS, 'X-Request-ID': randomUUID() }).end();
  });
  return server.on('connect', (_incoming, socket) => {
    socket.on('error', () => undefined).end(NO_TUNNEL);
  });
}

/** What this server takes at one path or another: the answer to `OPTIONS *` (RFC 9110, 9.3.7). */
const ALL_METHODS = 'GET, POST, PUT, DELETE, HEAD, OPTIONS';

/** Node would hang up on who asks for a tunnel, of which no path takes any. */
const NO_TUNNEL = `HTTP/1.1 405 Method Not Allowed\r\nAllow: ${ALL_METHODS}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;

/** What no URL can be made of, such as a path with a backslash, does not reach the application. */
function answerUnreadable(error: unknown): Response {
  const cause =
    error instanceof RequestError
      ? new SparkgateError('invalid_request', 'No URL can be made of the request line and the header Host.')
      : new SparkgateError('internal', 'This is a fault of the service.');
  const requestId = randomUUID();
  const body = problemOf(cause, requestId, 'en');
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { 'Content-Type': PROBLEM_TYPE, 'Content-Language': 'en', 'X-Request-ID': requestId },
  });
}
