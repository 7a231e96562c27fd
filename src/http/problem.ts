import type { HttpBindings } from '@hono/node-server';
import type { Context as Http } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { databaseError } from '../domain/database-errors.ts';
import { SparkgateError, type ErrorCode } from '../domain/errors.ts';
import { detailOf, faultTold, reasonTold, titleOf, type Language } from '../domain/messages/messages.ts';
import { announcesBody } from './announced-body.ts';
import { askedLanguage } from './asked-language.ts';
import type { Env } from './env.ts';

/** Each error code and its status over HTTP. */
export const PROBLEMS: Record<ErrorCode, { status: ContentfulStatusCode }> = {
  invalid_request: { status: 400 },
  unauthenticated: { status: 401 },
  forbidden: { status: 403 },
  not_found: { status: 404 },
  method_not_allowed: { status: 405 },
  consent_not_available: { status: 404 },
  conflict: { status: 409 },
  limit_reached: { status: 409 },
  rate_limited: { status: 429 },
  revision_not_reached: { status: 412 },
  precondition_failed: { status: 412 },
  misdirected_request: { status: 421 },
  payload_too_large: { status: 413 },
  headers_too_large: { status: 431 },
  request_timeout: { status: 408 },
  unsupported_media_type: { status: 415 },
  unprocessable: { status: 422 },
  timeout: { status: 503 },
  outcome_unknown: { status: 503 },
  unavailable: { status: 503 },
  internal: { status: 500 },
};

export const PROBLEM_TYPE = 'application/problem+json';

/** Answers an error as application/problem+json (RFC 9457). Nothing of an inner error leaves the process. */
export function problem(c: Http<Env>, thrown: unknown): Response {
  const error = announce(c, thrown);
  if (error.code === 'unauthenticated') c.header('WWW-Authenticate', challenge(c));
  const body = problemOf(error, c.get('requestId'), askedLanguage(c));
  return c.body(JSON.stringify(body), body.status, { 'Content-Type': PROBLEM_TYPE });
}

/** The problem details of an error. */
export function problemOf(error: SparkgateError, requestId: string, language: Language) {
  const { code, errors, reasons } = error;
  return {
    type: `urn:sparkgate:problem:${code}`,
    title: titleOf(code, language),
    status: PROBLEMS[code].status,
    code,
    detail: detailOf(error, language),
    ...(errors && {
      errors: errors.map(({ pointer, message }) => ({ pointer, message: faultTold(message, language) })),
    }),
    ...(reasons && { reasons: reasons.map((reason) => reasonTold(reason, language)) }),
    request_id: requestId,
  };
}

/**
 * What any answer to an error does, be it a problem or a page: headers that say when to try again, and what the log of
 * the request is to tell.
 */
export function announce(c: Http<Env>, thrown: unknown): SparkgateError {
  const error = asSparkgateError(thrown);
  const { status } = PROBLEMS[error.code];
  if (error.retryAfter !== undefined) c.header('Retry-After', String(error.retryAfter));
  else if (status === 503) c.header('Retry-After', '1');
  if (leavesBody(c)) c.header('Connection', 'close');
  c.set('failure', error);
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
  return new SparkgateError('internal', (say) => say.details.ownFault, {
    cause: error,
  });
}

function fromHttp(error: HTTPException): SparkgateError {
  if (error.status === 413) return new SparkgateError('payload_too_large', (say) => say.details.tooLarge);
  if (error.status === 504) return new SparkgateError('timeout', (say) => say.details.tooLong);
  return new SparkgateError('invalid_request', error.message || 'The request is not valid.');
}

/**
 * Whether the answer goes out before the body was read. The server closes such a connection a little later, and would
 * cut off the next request if the caller were not told.
 */
function leavesBody(c: Http<Env>): boolean {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  return incoming !== undefined && announcesBody(c) && !incoming.readableEnded;
}
