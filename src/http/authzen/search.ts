import { createRoute, type z } from '@hono/zod-openapi';
import type { Context as Http } from 'hono';
import type { Check } from '../../decision/check.ts';
import type { Reason } from '../../domain/errors.ts';
import { reasonTold } from '../../domain/messages/messages.ts';
import { answers, body, SECURED } from '../api/answers.ts';
import { askedLanguage } from '../asked-language.ts';
import type { Env } from '../env.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { REVISION_HEADER, router } from '../validation.ts';
import { decideFresh, prepareCheck } from './answer.ts';
import {
  ActionSearch,
  ActionsFound,
  EntitiesFound,
  NothingFound,
  ResourceSearch,
  RESULTS,
  SubjectSearch,
  type EvaluationRequest,
} from './schemas.ts';

const common = { tags: ['AuthZEN'], security: SECURED, method: 'post' as const, middleware: jsonBody() };

/** The Search APIs (AuthZEN 1.0, section 8): which subjects, which resources, which actions. */
export const search = router()
  .openapi(
    createRoute({
      ...common,
      path: '/access/v1/search/subject',
      operationId: 'searchSubjects',
      summary: 'Which subjects may do this to this resource?',
      request: { body: body(SubjectSearch) },
      responses: answers(EntitiesFound, 'A page of subjects, in the order of their ids'),
    }),
    async (c) => {
      const { page, ...asked } = c.req.valid('json');
      return c.json(await find(c, 'subject', { ...asked, subject: { ...asked.subject, id: '' } }, page), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      path: '/access/v1/search/resource',
      operationId: 'searchResources',
      summary: 'To which resources may this subject do this?',
      request: { body: body(ResourceSearch) },
      responses: answers(EntitiesFound, 'A page of resources, in the order of their ids'),
    }),
    async (c) => {
      const { page, ...asked } = c.req.valid('json');
      return c.json(await find(c, 'resource', { ...asked, resource: { ...asked.resource, id: '' } }, page), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      path: '/access/v1/search/action',
      operationId: 'searchActions',
      summary: 'What may this subject do to this resource?',
      request: { body: body(ActionSearch) },
      responses: answers(ActionsFound, 'All actions, by name'),
    }),
    async (c) => {
      const { page, ...asked } = c.req.valid('json');
      const check = await checkOf(c, { ...asked, action: { ...asked.action, name: '-' } });
      const { pageTokens, search: searching } = c.get('services');
      const query = ['action', check];
      const after = page?.token ? await pageTokens.open(query, page.token) : '';
      const { names: all, reasons } = await searching.actions(check);
      const names = all.filter((name) => name > after);
      const shown = names.slice(0, page?.limit ?? RESULTS);
      const next = shown.length < names.length ? await pageTokens.seal(query, shown.at(-1) ?? '') : '';
      const results = shown.map((name) => ({ name }));
      return c.json({ results, page: { next_token: next, count: results.length }, ...why(c, reasons) }, 200);
    },
  );

async function find(
  c: Http<Env>,
  moving: 'subject' | 'resource',
  asked: EvaluationRequest,
  page: z.infer<typeof SubjectSearch>['page'],
): Promise<z.infer<typeof EntitiesFound>> {
  const check = await checkOf(c, asked);
  const { pageTokens, search: searching } = c.get('services');
  const query = [moving, check];
  const after = page?.token ? await pageTokens.open(query, page.token) : '';
  const { ids, next, reasons } = await searching.find(moving, check, { after, limit: page?.limit ?? RESULTS });
  const { type } = check[moving];
  return {
    results: ids.map((id) => ({ type, id })),
    page: { next_token: next === null ? '' : await pageTokens.seal(query, next), count: ids.length },
    ...why(c, reasons),
  };
}

/** Why a search cannot find anything, where that can be told (AuthZEN 1.0, section 8.3: `context`). */
function why(c: Http<Env>, reasons: readonly Reason[]): { context?: z.infer<typeof NothingFound> } {
  const language = askedLanguage(c);
  return reasons.length === 0 ? {} : { context: { reasons: reasons.map((reason) => reasonTold(reason, language)) } };
}

async function checkOf(c: Http<Env>, asked: EvaluationRequest): Promise<Check> {
  const prepared = await prepareCheck(c, asked);
  // Facts that are read after these are at least as fresh.
  if (c.req.header(REVISION_HEADER) !== undefined) await decideFresh(c, [prepared]);
  return prepared.check;
}
