import type { Check } from '../../src/decision/check.ts';
import type { TestApp } from '../support/app.ts';

/** What callers are told of one check, each way that they can ask: only for checks of a key that is not confined. */
export async function overHttp(app: TestApp, check: Check, limit: number): Promise<Record<string, unknown>> {
  const { within: _, ...request } = check;
  const { subject, resource, ...rest } = request;
  const single = await post(app, 'evaluation', request);
  const batch = await post(app, 'evaluations', { ...rest, evaluations: [{ subject, resource }] });
  const subjects = await allPages(app, 'subject', { ...request, subject: withoutId(subject) }, limit);
  const resources = await allPages(app, 'resource', { ...request, resource: withoutId(resource) }, limit);
  return {
    'evaluation over HTTP': single.decision,
    'evaluations over HTTP': batch.evaluations[0].decision,
    'subject search over HTTP': subjects.includes(subject.id),
    'resource search over HTTP': resources.includes(resource.id),
  };
}

function withoutId<T extends { id: string }>({ id: _id, ...rest }: T): Omit<T, 'id'> {
  return rest;
}

async function allPages(app: TestApp, what: string, request: object, limit: number): Promise<string[]> {
  const ids: string[] = [];
  for (let token = ''; ;) {
    const { results, page } = await post(app, `search/${what}`, { ...request, page: { limit, token } });
    ids.push(...results.map((found: { id: string }) => found.id));
    token = page.next_token;
    if (token === '') return ids;
  }
}

async function post(app: TestApp, path: string, body: object) {
  const answer = await app.call('POST', `/access/v1/${path}`, { body });
  if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify([answer.body, body])}`);
  return answer.body;
}
