import { createRoute, type z } from '@hono/zod-openapi';
import type { Context as Http } from 'hono';
import type { Decision } from '../../decision/check.ts';
import type { PreparedCheck } from '../../decision/prepare.ts';
import { faultsOf, invalid } from '../../domain/closed.ts';
import { SparkgateError } from '../../domain/errors.ts';
import { inSlices } from '../../domain/in-slices.ts';
import { detailOf, type Language } from '../../domain/messages/messages.ts';
import { answers, body, SECURED } from '../api/answers.ts';
import { askedLanguage } from '../asked-language.ts';
import type { Env } from '../env.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { asSparkgateError, PROBLEMS } from '../problem.ts';
import { router } from '../validation.ts';
import { decideFresh, prepareCheck, responseOf } from './answer.ts';
import { EvaluationRequest, EvaluationsRequest, EvaluationsResponse, type EvaluationResponse } from './schemas.ts';

type Response = z.infer<typeof EvaluationResponse>;

/** The Access Evaluations API (AuthZEN 1.0, section 7): a whole batch on facts of one moment. */
export const evaluations = router().openapi(
  createRoute({
    tags: ['AuthZEN'],
    security: SECURED,
    method: 'post',
    path: '/access/v1/evaluations',
    operationId: 'evaluateBatch',
    summary: 'Many evaluations at once, with defaults and three semantics',
    middleware: jsonBody(),
    request: { body: body(EvaluationsRequest) },
    responses: answers(EvaluationsResponse, 'The decisions, in the order of the request'),
  }),
  async (c) => {
    const request = c.req.valid('json');
    const items = request.evaluations ?? [];
    if (items.length === 0) return c.json(await single(c, request), 200);
    const most = c.get('services').settings.evaluationsPerRequest;
    if (items.length > most) throw invalid([{ pointer: '/evaluations', message: `takes at most ${most} evaluations` }]);
    requireBounded(request, items.length);
    const responses = await decideAll(
      c,
      items.map((item) => merge(request, item)),
    );
    return c.json({ evaluations: cut(responses, request.options?.evaluations_semantic ?? 'execute_all') }, 200);
  },
);

/** Characters that the defaults of one batch may come to, once each of its items holds them. */
const MOST_REPEATED = 4 * 1024 * 1024;

/** What stands once in the request is put to the policies with every item. */
function requireBounded({ subject, action, resource, context }: EvaluationsRequest, items: number): void {
  if (JSON.stringify([subject, action, resource, context]).length * items <= MOST_REPEATED) return;
  throw new SparkgateError('payload_too_large', (say) => say.details.defaultsTooLarge);
}

const EMPTY_BATCH = 'must hold an evaluation where subject, action and resource are not all given beside it';

/** Without evaluations it is a single one (section 7.1). */
async function single(c: Http<Env>, request: EvaluationsRequest): Promise<Response> {
  const { evaluations: none, subject, action, resource } = request;
  if (none && !(subject && action && resource)) throw invalid([{ pointer: '/evaluations', message: EMPTY_BATCH }]);
  const [decision] = await decideFresh(c, [await prepareCheck(c, parse(request))]);
  if (!decision) throw new Error('a check got no decision');
  return responseOf(decision, askedLanguage(c));
}

/** What is wrong with one item is answered in its place; what hinders all of them is thrown. */
async function decideAll(c: Http<Env>, items: readonly unknown[]): Promise<Response[]> {
  const prepared = await inSlices(items, async (item) => prepareItem(c, item));
  const valid = prepared.filter((it): it is PreparedCheck => !(it instanceof SparkgateError));
  const decisions: (Decision | undefined)[] = await decideFresh(c, valid);
  const language = askedLanguage(c);
  let next = 0;
  return prepared.map((it) => {
    if (it instanceof SparkgateError) return failed(it, language);
    const decision = decisions[next++];
    if (!decision) throw new Error('a check got no decision');
    return responseOf(decision, language);
  });
}

async function prepareItem(c: Http<Env>, item: unknown): Promise<PreparedCheck | SparkgateError> {
  try {
    return await prepareCheck(c, parse(item));
  } catch (thrown) {
    const error = asSparkgateError(thrown);
    if (PROBLEMS[error.code].status >= 500) throw thrown;
    return error;
  }
}

function failed(error: SparkgateError, language: Language): Response {
  const { status } = PROBLEMS[error.code];
  return { decision: false, context: { error: { status, code: error.code, message: detailOf(error, language) } } };
}

function parse(item: unknown): EvaluationRequest {
  const parsed = EvaluationRequest.safeParse(item);
  if (parsed.success) return parsed.data;
  throw invalid(faultsOf(parsed.error));
}

/** An item's entity replaces the default whole, but for the required fields that it leaves out (scenario, 3.2.7). */
function merge(defaults: EvaluationsRequest, item: unknown): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  const own: Partial<Record<'subject' | 'action' | 'resource' | 'context', unknown>> = item;
  return {
    subject: mergeEntity(defaults.subject, own.subject),
    action: mergeEntity(defaults.action, own.action),
    resource: mergeEntity(defaults.resource, own.resource),
    context: own.context ?? defaults.context,
  };
}

function mergeEntity(whole: Record<string, unknown> | undefined, own: unknown): unknown {
  if (own === undefined) return whole;
  if (typeof own !== 'object' || own === null || Array.isArray(own) || !whole) return own;
  const { type, id, name } = whole;
  return {
    ...(type !== undefined && { type }),
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...own,
  };
}

/** The short-circuiting semantics end with the answer that settles them. */
function cut(
  responses: Response[],
  semantic: 'execute_all' | 'deny_on_first_deny' | 'permit_on_first_permit',
): Response[] {
  if (semantic === 'execute_all') return responses;
  const settling = semantic === 'permit_on_first_permit';
  const at = responses.findIndex((response) => response.decision === settling);
  return at === -1 ? responses : responses.slice(0, at + 1);
}
