import { Hono } from 'hono';
import type { KindActions } from '../../decision/decide.ts';
import type { Env, Services } from '../env.ts';
import { asciiJson, docsPage, type ApiDocument } from './page.ts';
import { DOCS_CSS } from './style.ts';

/** /openapi.json and /docs, both made from the schemas that validate, once for each address and policy bundle. */
export function docs(describe: (publicUrl: string, actions: KindActions) => object): Hono<Env> {
  let made = { of: '', json: '', page: '' };
  const document = async ({ publicUrl, decider }: Services): Promise<typeof made> => {
    const of = `${decider.policy} ${publicUrl()}`;
    if (made.of !== of) {
      const told = describe(publicUrl(), decider.actions);
      made = { of, json: asciiJson(told), page: (await docsPage(told as ApiDocument)).toString() };
    }
    return made;
  };
  return new Hono<Env>()
    .get('/openapi.json', async (c) =>
      c.body((await document(c.get('services'))).json, 200, { 'Content-Type': 'application/json' }),
    )
    .get('/docs', async (c) => c.html((await document(c.get('services'))).page))
    .get('/docs/docs.css', (c) => c.body(DOCS_CSS, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
}
