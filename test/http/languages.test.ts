import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { entity, grant, standardWorld } from '../support/cast.ts';

// Programs are answered in the language that they ask for by Accept-Language, or in English.

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await grant(app, ['POST']);
  await app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', { actor: 'tiktok_account:brand' });
});
afterAll(async () => app.close());

const CHECK = {
  subject: entity('sam'),
  action: { name: 'create_spark_ad', properties: { advertiser_id: 'adv1' } },
  resource: entity('tiktok_account:brand'),
};
const HAN = /\p{Script=Han}/u;

interface Asked {
  method: string;
  path: string;
  body?: unknown;
  actor?: string;
  key?: null;
}
const ASKED: Record<string, Asked> = {
  'a denial with an obligation': { method: 'POST', path: '/access/v1/evaluation', body: CHECK },
  'a batch': { method: 'POST', path: '/access/v1/evaluations', body: { evaluations: [CHECK] } },
  'an empty search': {
    method: 'POST',
    path: '/access/v1/search/resource',
    body: { ...CHECK, action: { name: 'no_such_action' }, resource: { type: 'tiktok_account' } },
  },
  'a refusal': {
    method: 'POST',
    path: '/v1/business-centers/bc1/access-requests',
    actor: 'user:sam',
    body: { scopes: ['POST'] },
  },
  'what is not there': { method: 'GET', path: '/v1/tiktok-accounts/no-such/grants', actor: 'user:sam' },
  'no key': { method: 'GET', path: '/v1/audit', key: null },
};

/** Every sentence of an answer. */
function sentences(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) =>
    ['message', 'title', 'detail'].includes(name) ? [String(child)] : sentences(child),
  );
}

test.each(Object.entries(ASKED))('%s', async (_, { method, path, ...options }) => {
  for (const [header, language] of [
    ['zh-CN', 'zh-CN'],
    ['zh-Hant-TW, en;q=0.5', 'zh-CN'],
    ['fr, zh;q=0.4, en;q=0.6', 'en'],
    ['en-GB', 'en'],
    ['fr', 'en'],
    ['', 'en'],
    ['*', 'en'],
  ] as const) {
    const answer = await app.call(method, path, { ...options, headers: { 'Accept-Language': header } });
    const said = sentences(answer.body);
    expect(said.length).toBeGreaterThan(0);
    for (const sentence of said)
      expect({ header, sentence, han: HAN.test(sentence) }).toEqual({ header, sentence, han: language === 'zh-CN' });
    expect(answer.headers.get('Content-Language')).toBe(language);
    expect(answer.headers.get('Vary')).toMatch(/Accept-Language/);
  }
  const plain = await app.call(method, path, options);
  for (const sentence of sentences(plain.body)) expect(sentence).not.toMatch(HAN);
});
