import { randomUUID } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context as Http, type MiddlewareHandler } from 'hono';
import type { Decision } from '../../decision/check.ts';
import { SINGLE } from '../../decision/turns.ts';
import type { PreparedCheck } from '../../decision/prepare.ts';
import { authorizeKey } from '../../domain/authorize.ts';
import { SparkgateError } from '../../domain/errors.ts';
import type { Language } from '../../domain/messages/messages.ts';
import { readJsonBytes } from '../../domain/strict-json.ts';
import { languageOf } from '../asked-language.ts';
import type { Caller, Env, Services } from '../env.ts';
import type { Metrics } from '../metrics.ts';
import { bearerToken } from '../middleware/authenticate.ts';
import { requestIdIn } from '../middleware/request-id.ts';
import { callerName } from '../middleware/take-turn.ts';
import { PROBLEM_TYPE, problemOf } from '../problem.ts';
import { responseOf, touched, withDefaults } from './answer.ts';
import { EvaluationRequest } from './schemas.ts';

/** What the short way stands on. `security` adds the headers that every answer has. */
export interface ShortWayParts {
  services: Services;
  metrics: Metrics;
  security: MiddlewareHandler;
}

const PATH = '/access/v1/evaluation';
const OK = { 'content-type': 'application/json' };
const REFUSED = { 'content-type': PROBLEM_TYPE, 'retry-after': '1' };
const VARY = 'Accept-Language';

/**
 * Answers an ordinary check without the middleware that it has no need of. What is not ordinary, or does not succeed,
 * goes the common way, which begins anew and says what is wrong: nothing is taken here that is not taken there.
 */
export function shortWay({ services, metrics, security }: ShortWayParts): MiddlewareHandler<Env> {
  const { settings, keyRing, turns, log } = services;
  const headers = headersOf(security);
  return async function shortWayMiddleware(c, next) {
    const since = performance.now();
    const asked = ordinary(c, settings.bodyLimitBytes);
    const key = asked && keyRing.known(asked.token);
    // Whoever reads the log at this level wants a line of each request.
    if (!asked || !key || log.isLevelEnabled('debug')) return next();
    const { changes } = keyRing;
    const caller: Caller = { key, actor: { type: 'api_key', id: key.id } };
    const kept = services.keepPolicies();
    try {
      const prepared = await preparedFor(c, kept.services, caller);
      if (prepared === null) return await next();
      const underWay = turns.run(callerName(caller), SINGLE, async () => kept.services.decider.decide([prepared]));
      const result = await within(settings.requestTimeout * 1000, underWay);
      if (result === undefined) c.set('underWay', { decisions: underWay, since });
      // A key that was revoked before the facts were read opens nothing any more.
      if (result === undefined || keyRing.changes !== changes) return await next();
      const language = languageOf(c);
      const [status, text] = told(result, asked.id, language);
      metrics.note({ method: 'POST', route: PATH, status }, (performance.now() - since) / 1000);
      const type = status === 200 ? OK : REFUSED;
      return new Response(text, {
        status,
        headers: { ...(await headers), ...type, 'x-request-id': asked.id, 'content-language': language, vary: VARY },
      });
    } finally {
      kept.done();
    }
  };
}

/** What the headers of an ordinary check say; `id` is its `X-Request-ID`, or a new one. */
interface Ordinary {
  token: string;
  id: string;
}

/** Headers by which a request is not ordinary. */
const SPECIAL = [
  'x-actor',
  'x-sparkgate-revision',
  'sparkgate-consistency',
  'content-encoding',
  'transfer-encoding',
  'cookie',
  'expect',
];
const LENGTH = /^\d{1,9}$/;
const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;

function ordinary(c: Http<Env>, bodyLimit: number): Ordinary | null {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  // Without a server there is a request alone.
  const headers = incoming?.headers ?? Object.fromEntries(c.req.raw.headers);
  if ((incoming?.url ?? c.req.path) !== PATH || (incoming && isAnyRepeated(incoming))) return null;
  if (SPECIAL.some((name) => headers[name] !== undefined) || !JSON_TYPE.test(headers['content-type'] ?? ''))
    return null;
  const length = headers['content-length'] ?? '';
  if (!LENGTH.test(length) || Number(length) > bodyLimit) return null;
  const token = bearerToken(headers.authorization);
  const sent = headers['x-request-id'];
  const id = sent === undefined ? randomUUID() : typeof sent === 'string' && requestIdIn(sent) !== null ? sent : null;
  return token === null || id === null ? null : { token, id };
}

/** Node keeps one of several headers with a name, or joins them. */
function isAnyRepeated({ headers, rawHeaders }: HttpBindings['incoming']): boolean {
  let names = 0;
  for (const _ in headers) names += 1;
  return names * 2 !== rawHeaders.length;
}

/** The check that a body asks for, if it is one, and the key may ask it. */
async function preparedFor(c: Http<Env>, { contextFor }: Services, caller: Caller): Promise<PreparedCheck | null> {
  try {
    const request = EvaluationRequest.safeParse(readJsonBytes(new Uint8Array(await c.req.arrayBuffer())));
    if (!request.success) return null;
    const prepared = withDefaults(request.data, caller);
    await authorizeKey(contextFor(caller, null), 'decide', touched(prepared));
    return prepared;
  } catch {
    return null;
  }
}

/** What a decision comes to, or why there is no turn for it; nothing where it fails otherwise, or takes too long. */
async function within(ms: number, deciding: Promise<Decision[]>): Promise<Decision | SparkgateError | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    const settle = (result: Decision | SparkgateError | undefined): void => {
      clearTimeout(timer);
      resolve(result);
    };
    deciding.then(
      ([decision]) => settle(decision),
      (error: unknown) => settle(error instanceof SparkgateError && error.retryAfter === 1 ? error : undefined),
    );
  });
}

/** The status and the text of an answer. Who is refused for want of room is refused without effort. */
function told(result: Decision | SparkgateError, id: string, language: Language): [status: number, text: string] {
  if (!(result instanceof SparkgateError)) return [200, JSON.stringify(responseOf(result, language))];
  const body = problemOf(result, id, language);
  return [body.status, JSON.stringify(body)];
}

/** The headers that a middleware adds to whatever is answered. */
async function headersOf(middleware: MiddlewareHandler): Promise<Record<string, string>> {
  const nothing = new Hono().use(middleware).get('/', (c) => c.body(null));
  return Object.fromEntries((await nothing.request('/')).headers);
}
