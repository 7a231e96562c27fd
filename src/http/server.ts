import { randomUUID } from 'node:crypto';
import { createServer, STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { SparkgateError, type ErrorCode } from '../domain/errors.ts';
import type { Env } from './env.ts';
import { PROBLEM_TYPE, problemOf, PROBLEMS } from './problem.ts';

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
  server.on('clientError', answerUnparsed);
  return server.on('connect', (_incoming, socket) => {
    socket.on('error', () => undefined).end(NO_TUNNEL);
  });
}

/** What this server takes at one path or another: the answer to `OPTIONS *` (RFC 9110, 9.3.7). */
const ALL_METHODS = 'GET, POST, PUT, DELETE, HEAD, OPTIONS';

/** Node would hang up on who asks for a tunnel, of which no path takes any. */
const NO_TUNNEL = `HTTP/1.1 405 Method Not Allowed\r\nAllow: ${ALL_METHODS}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;

/** What Node's parser does not take: an answer like any other, unless one is on its way already. */
function answerUnparsed({ code }: NodeJS.ErrnoException, socket: Duplex & { _httpMessage?: ServerResponse }): void {
  const refusal = REFUSALS[code ?? ''] ?? 'invalid_request';
  if (socket.writable && code !== 'ECONNRESET' && socket._httpMessage?.headersSent !== true) {
    const requestId = randomUUID();
    const body = JSON.stringify(problemOf(new SparkgateError(refusal, (say) => say.details.unparsed), requestId, 'en'));
    const { status } = PROBLEMS[refusal];
    const headers = {
      'Content-Type': PROBLEM_TYPE,
      'Content-Language': 'en',
      'Content-Length': Buffer.byteLength(body),
      'X-Request-ID': requestId,
      ...(refusal === 'method_not_allowed' && { Allow: ALL_METHODS }),
      Connection: 'close',
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  }
  socket.destroy();
}

const REFUSALS: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_INVALID_METHOD: 'method_not_allowed',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

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
