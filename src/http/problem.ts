import type { HttpBindings } from '@hono/node-server';
import type { Context as Http } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { databaseError } from '../domain/database-errors.ts';
import { SparkgateError, type ErrorCode } from '../domain/errors.ts';
import type { Env } from './env.ts';

/** Each error code and what it is over HTTP. */
export const PROBLEMS: Record<ErrorCode, { status: ContentfulStatusCode; title: string }> = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Credentials are missing or not valid' },
  forbidden: { status: 403, title: 'Not permitted' },
  not_found: { status: 404, title: 'Not found' },
  consent_not_available: { status: 404, title: 'This consent link does not work' },
  conflict: { status: 409, title: 'Conflicts with the current state' },
  limit_reached: { status: 409, title: 'A limit is reached' },
  rate_limited: { status: 429, title: 'Too many requests' },
  revision_not_reached: { status: 412, title: 'That revision is not reached' },
  misdirected_request: { status: 421, title: 'This host is not known here' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  timeout: { status: 503, title: 'This took too long' },
  unavailable: { status: 503, title: 'Not available for the moment' },
  internal: { status: 500, title: 'A fault of this service' },
};

export const PROBLEM_TYPE = 'application/problem+json';

/** Answers an error as application/problem+json (RFC 9457). Nothing of an inner error leaves the process. */
export function problem(c: Http<Env>, thrown: unknown): Response {
  const error = announce(c, thrown);
  if (error.code === 'unauthenticated') c.header('WWW-Authenticate', challenge(c));
  const body = problemOf(error, c.get('requestId'));
  return c.body(JSON.stringify(body), body.status, { 'Content-Type': PROBLEM_TYPE });
}

/** The problem details of an error. */
export function problemOf({ code, message, errors, reasons }: SparkgateError, requestId: string) {
  const { status, title } = PROBLEMS[code];
  return {
    type: `urn:sparkgate:problem:${code}`,
    title,
    status,
    code,
    detail: message,
    ...(errors && { errors }),
    ...(reasons && { reasons }),
    request_id: requestId,
  };
}

/** What any answer to an error does, be it a problem or a page: headers that say when to try again, and the log. */
export function announce(c: Http<Env>, thrown: unknown): SparkgateError {
  const error = asSparkgateError(thrown);
  const { status } = PROBLEMS[error.code];
  if (error.retryAfter !== undefined) c.header('Retry-After', String(error.retryAfter));
  else if (status === 503) c.header('Retry-After', '1');
  if (leavesBody(c)) c.header('Connection', 'close');
  logProblem(c, error);
  return error;
}

/** How to come in; a token that was sent and not taken is said to be the reason (RFC 6750, section 3). */
function challenge(c: Http<Env>): string {
  const sent = /^Bearer +[^\s]+$/i.test(c.req.header('Authorization') ?? '');
  return `Bearer realm="sparkgate"${sent ? ', error="invalid_token"' : ''}`;
}

/** What any thrown thing means to a caller. */
export function asSparkgateError(thrown: unknown): SparkgateError {
  const error = databaseError(thrown);
  if (error instanceof SparkgateError) return error;
  if (error instanceof HTTPException) return fromHttp(error);
  return new SparkgateError('internal', 'This is a fault of the service. It was logged under the request id.', {
    cause: error,
  });
}

function fromHttp(error: HTTPException): SparkgateError {
  if (error.status === 413) return new SparkgateError('payload_too_large', 'The body is larger than this takes.');
  if (error.status === 504) return new SparkgateError('timeout', 'The request took too long. Try again.');
  return new SparkgateError('invalid_request', error.message || 'The request is not valid.');
}

/**
 * Whether the answer goes out before the body was read. The server closes such a connection a little later, and would
 * cut off the next request if the caller were not told.
 */
function leavesBody(c: Http<Env>): boolean {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  const sent = c.req.header('Transfer-Encoding') ?? c.req.header('Content-Length') ?? '0';
  return incoming !== undefined && sent !== '0' && !incoming.readableEnded;
}

function logProblem(c: Http<Env>, error: SparkgateError): void {
  const { status } = PROBLEMS[error.code];
  if (status >= 500) c.get('log').error({ err: error.cause ?? error, code: error.code }, 'request failed');
}
