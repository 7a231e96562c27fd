import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OutsideId } from '../../src/domain/vocabulary.ts';
import { Hono } from 'hono';
import { createApp } from '../../src/http/app.ts';
import { docs } from '../../src/http/docs/docs.ts';
import type { Env } from '../../src/http/env.ts';
import { PAGES } from '../../src/http/routes.ts';
import { testApp, type TestApp } from '../support/app.ts';

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: object;
}
interface Response {
  description: string;
  content?: Record<string, unknown>;
  headers?: object;
}
interface Operation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { examples?: Record<string, { value: object }> }> };
  responses: Record<string, Response>;
}
interface Document {
  openapi: string;
  servers: unknown;
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

let app: TestApp;
let document: Document;
let operations: [string, Operation][];
beforeAll(async () => {
  app = await testApp();
  document = (await app.call('GET', '/openapi.json', { key: null })).body;
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, it]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      { ...it, parameters: (it.parameters ?? []).map(resolved), responses: mapped(it.responses) },
    ]),
  );
});
afterAll(async () => app.close());

/** What stands at the end of a reference. */
function resolved<Part extends object>(part: Part): Part {
  const [, , sort = '', name = ''] = '$ref' in part ? String(part.$ref).split('/') : [];
  if (sort === '') return part;
  const found = document.components[sort]?.[name] as Part | undefined;
  if (found === undefined) throw new Error(`nothing is at ${sort} ${name}`);
  return found;
}
const mapped = (responses: Record<string, Response>): Record<string, Response> =>
  Object.fromEntries(Object.entries(responses).map(([status, it]) => [status, resolved(it)]));

test('is OpenAPI 3.1 at the public address', () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(document.servers).toEqual([{ url: 'http://sparkgate.test' }]);
});

test('describes every route that the service answers, and no other', () => {
  const answered = createApp(app.runtime.services)
    .routes.filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{[^}]+\})?/g, '{$1}')}`);
  const documents = ['/openapi.json', '/docs', '/ui', '/favicon.svg', '/favicon.ico'];
  const forPeople = [...documents, ...PAGES.map((path) => path.replace('/*', '')).filter((path) => path !== '/')];
  const isApi = (route: string): boolean => {
    const path = route.slice(route.indexOf('/'));
    return path !== '/' && !forPeople.some((page) => `${path}/`.startsWith(`${page}/`));
  };
  expect(operations.map(([name]) => name).toSorted()).toEqual([...new Set(answered)].filter(isApi).toSorted());
});

test.each([
  'POST /access/v1/evaluation',
  'POST /access/v1/evaluations',
  'GET /.well-known/authzen-configuration',
  'PUT /v1/business-centers/{bc_id}',
  'PUT /v1/business-centers/{bc_id}/members/{user_id}',
  'DELETE /v1/business-centers/{bc_id}/members/{user_id}',
  'PUT /v1/ad-accounts/{advertiser_id}',
  'PUT /v1/ad-accounts/{advertiser_id}/members/{user_id}',
  'DELETE /v1/ad-accounts/{advertiser_id}/members/{user_id}',
  'PUT /v1/tiktok-accounts/{id}',
  'PUT /v1/tiktok-accounts/{id}/links/{user_id}',
  'DELETE /v1/tiktok-accounts/{id}/links/{user_id}',
  'POST /v1/relationships/import',
  'POST /v1/business-centers/{bc_id}/access-requests',
  'GET /v1/business-centers/{bc_id}/access-requests',
  'GET /v1/business-centers/{bc_id}/access-requests/{id}',
  'GET /v1/business-centers/{bc_id}/access-requests/{id}/qr.svg',
  'GET /v1/business-centers/{bc_id}/access-requests/{id}/qr.png',
  'POST /v1/business-centers/{bc_id}/access-requests/{id}/cancel',
  'GET /v1/consents/{token}',
  'POST /v1/consents/{token}/approve',
  'POST /v1/consents/{token}/decline',
  'GET /v1/business-centers/{bc_id}/tiktok-accounts',
  'PUT /v1/business-centers/{bc_id}/tiktok-accounts/{id}/members/{user_id}',
  'DELETE /v1/business-centers/{bc_id}/tiktok-accounts/{id}/members/{user_id}',
  'DELETE /v1/business-centers/{bc_id}/tiktok-accounts/{id}',
  'GET /v1/tiktok-accounts/{id}/grants',
  'DELETE /v1/tiktok-accounts/{id}/grants/{bc_id}',
  'GET /healthz',
  'GET /readyz',
])('the contract: %s', (route) => {
  expect(operations.map(([name]) => name)).toContain(route);
});

test('every operation says what it does, what it takes in its path, and how it fails', () => {
  const keyless = new Set(['GET /healthz', 'GET /readyz', 'GET /.well-known/authzen-configuration']);
  const lacks = operations.flatMap(([name, operation]) => {
    const parameters = (operation.parameters ?? []).filter((it) => it.in === 'path').map((it) => `{${it.name}}`);
    const failing = Object.entries(operation.responses).filter(([status]) => status >= '400' && status !== '503');
    const problems = failing.filter(([, { content = {} }]) => !('application/problem+json' in content));
    return [
      ...(operation.summary && operation.tags?.length === 1 ? [] : [`${name}: a summary and one tag`]),
      ...(String(parameters) === String(name.match(/\{\w+\}/g) ?? []) ? [] : [`${name}: its path's parameters`]),
      ...(keyless.has(name) || operation.security?.length === 1 ? [] : [`${name}: that it wants a key`]),
      ...(failing.length > 3 && problems.length === 0 ? [] : [`${name}: how it fails`]),
      ...(operation.operationId ? [] : [`${name}: an id`]),
    ];
  });
  expect(lacks).toEqual([]);
});

test('whoever calls an operation that wants a key without one gets 401', async () => {
  const secured = operations.filter(([, operation]) => operation.security !== undefined).map(([name]) => name);
  expect(secured.length).toBeGreaterThan(25);
  const answers = await Promise.all(
    secured.map(async (name) => {
      const [method = '', path = ''] = name.split(' ');
      const { status } = await app.call(method, path.replaceAll(/\{\w+\}/g, 'x'), { key: null });
      return `${name}: ${status}`;
    }),
  );
  expect(answers).toEqual(secured.map((name) => `${name}: 401`));
});

test('/docs shows every operation, without a script', async () => {
  const { status, headers, body } = await app.call('GET', '/docs', { key: null });
  expect(status).toBe(200);
  expect(headers.get('Content-Type')).toContain('text/html');
  expect(body).not.toMatch(/<script|javascript:|\son\w+=/i);
  for (const path of Object.keys(document.paths)) expect(body).toContain(`<code>${path}</code>`);
  expect(body).toContain('<summary>create_spark_ad of a tiktok_account</summary>');
  expect((await app.call('GET', '/docs/docs.css', { key: null })).headers.get('Content-Type')).toContain('text/css');
  expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'");
  expect(headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
});

describe('patterns', () => {
  const patterns = (): string[] => {
    const found = new Set<string>();
    JSON.stringify(document, (key, value: unknown) => {
      if (key === 'pattern' && typeof value === 'string') found.add(value);
      return value;
    });
    return [...found];
  };

  test('are read alike by JavaScript with and without flags, Python and RE2', async () => {
    expect(patterns().length).toBeGreaterThan(7);
    for (const pattern of patterns()) {
      // No look-around, no back-reference, no class but those by range, and no escape beyond the shared ones.
      const escapes = [...pattern.matchAll(/\\(x[0-9A-F]{2}|.)/gs)].map(([, escape = '']) => escape);
      expect(escapes.filter((it) => !/^(?:x[0-9A-F]{2}|[-.\\/dTZ])$/.test(it))).toEqual([]);
      expect(pattern).not.toMatch(/\(\?(?!:)|\uFEFF|\p\{/);
      for (const flags of ['', 'u']) expect(() => new RegExp(pattern, flags)).not.toThrow();
    }
  });

  test('the document is ASCII', async () => {
    const text = await (await app.request('/openapi.json')).text();
    expect(text).toMatch(/^[\x20-\x7E]+$/);
  });

  const NO_IDS = /^[\p{Cc}\p{Cs}\uFFFD]$/u;
  const NO_EDGES = /^[\p{White_Space}\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFE-\uFF00]$/u;

  test('of ids tell each character apart as the service does', () => {
    const pattern = patterns().find((it) => it.includes('[.]')) ?? '';
    const told = new RegExp(pattern, 'u');
    const wrong: string[] = [];
    for (let point = 0; point <= 0x10ffff; point += 1) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const it = String.fromCodePoint(point);
      const [inside, edge] = [!NO_IDS.test(it), !NO_IDS.test(it) && !NO_EDGES.test(it)];
      if (told.test(`a${it}a`) !== inside) wrong.push(`inside ${point.toString(16)}`);
      for (const id of [it, `a${it}`, `${it}a`]) {
        if (told.test(id) !== (edge && id !== '.')) wrong.push(`${id.length} at the edge ${point.toString(16)}`);
      }
    }
    expect(wrong).toEqual([]);
    const taken = (id: string): boolean => OutsideId.safeParse(id).success;
    for (const id of ['.', '..', '...', '.a', 'a.', ' ', 'a b', '\uD800', '', 'a'.repeat(128), '😀'.repeat(128)]) {
      if (id.isWellFormed()) expect([id, taken(id)]).toEqual([id, told.test(id)]);
    }
    expect([taken('a'.repeat(129)), taken('😀'.repeat(129)), taken('a\uD800a')]).toEqual([false, false, false]);
  });
});

test('the headers that count are told: who acts, how fresh, which request', () => {
  const headers = (name: string): string[] =>
    (operations.find(([operation]) => operation === name)?.[1].parameters ?? [])
      .filter((parameter) => parameter.in === 'header')
      .map(({ name: it, required }) => `${it}${required === true ? ' (required)' : ''}`);
  const every = ['X-Request-ID', 'Accept-Language'];
  expect(headers('GET /healthz')).toEqual(every);
  expect(headers('POST /v1/consents/{token}/approve')).toEqual([...every, 'X-Actor (required)', 'Idempotency-Key']);
  expect(headers('GET /v1/business-centers/{bc_id}/tiktok-accounts')).toEqual([...every, 'X-Actor']);
  expect(headers('PUT /v1/business-centers/{bc_id}')).toEqual([...every, 'X-Actor', 'Idempotency-Key', 'If-Match']);
  const fresh = [...every, 'X-Actor', 'X-Sparkgate-Revision'];
  expect(headers('POST /access/v1/evaluation')).toEqual([...fresh, 'Sparkgate-Consistency']);
  expect(headers('POST /access/v1/search/action')).toEqual(fresh);
});

test('every operation has a name of its own, which is an identifier', () => {
  const ids = operations.map(([, { operationId = '' }]) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id))).toEqual([]);
});

test.each([
  ['GET /healthz', '200 400 405 408 421 431 500'],
  ['GET /readyz', '200 400 405 408 421 431 500 503'],
  ['POST /access/v1/evaluation', '200 400 401 403 404 405 408 412 413 415 421 422 431 500 503'],
  ['GET /v1/audit', '200 400 401 403 404 405 408 421 431 500 503'],
  ['GET /v1/consents/{token}', '200 400 401 403 404 405 408 421 429 431 500 503'],
  ['GET /v1/business-centers/{bc_id}/access-requests', '200 400 401 403 404 405 408 421 431 500 503'],
  [
    'POST /v1/business-centers/{bc_id}/access-requests',
    '201 400 401 403 404 405 408 409 413 415 421 422 429 431 500 503',
  ],
  [
    'DELETE /v1/business-centers/{bc_id}/members/{user_id}',
    '204 400 401 403 404 405 408 409 412 413 415 421 422 431 500 503',
  ],
])('%s answers %s', (name, statuses) => {
  const { responses } = operations.find(([operation]) => operation === name)?.[1] ?? { responses: {} };
  expect(Object.keys(responses).join(' ')).toBe(statuses);
});

test('headers are told where they are sent', () => {
  const told = (status: string): string[] =>
    Object.keys(operations.findLast(([, it]) => it.responses[status])?.[1].responses[status]?.headers ?? {});
  expect(told('401')).toContain('WWW-Authenticate');
  expect(told('405')).toContain('Allow');
  expect(told('415')).toContain('Accept-Encoding');
  expect(told('429')).toContain('Retry-After');
  expect(told('503')).toContain('Retry-After');
  const write = operations.find(([name]) => name === 'PUT /v1/tiktok-accounts/{id}')?.[1].responses['200'];
  expect(Object.keys(write?.headers ?? {})).toEqual(['X-Request-ID', 'X-Sparkgate-Revision']);
  expect(document.components['responses']?.['Problem503']).toMatchObject({
    description: expect.stringContaining('longer than CERBOS_TIMEOUT (5 seconds unless set)'),
  });
});

describe('actions', () => {
  const examples = (): [string, object][] => {
    const [, evaluate] = operations.find(([name]) => name === 'POST /access/v1/evaluation') ?? [];
    const { examples: named = {} } = evaluate?.requestBody?.content['application/json'] ?? {};
    return Object.entries(named).map(([name, { value }]) => [name, value]);
  };

  test('every action of every kind of the policies has an example, which is decided', async () => {
    const { actions } = app.runtime.services.decider;
    expect(actions.flatMap(([, names]) => names).length).toBeGreaterThan(20);
    expect(examples().map(([name]) => name)).toEqual(
      actions.flatMap(([kind, names]) => names.map((it) => `${kind}.${it}`)),
    );
    for (const [name, body] of examples()) {
      const { status, body: answer } = await app.call('POST', '/access/v1/evaluation', { body });
      expect([name, status, typeof answer.decision]).toEqual([name, 200, 'boolean']);
    }
  });

  test('those of a kind stand with their typed properties', () => {
    const schemas = document.components['schemas'] as Record<string, { properties: Record<string, object> }>;
    expect(schemas['TiktokAccountAction']?.properties).toMatchObject({
      name: { examples: expect.arrayContaining(['create_spark_ad', 'assign_member']) },
      properties: { $ref: '#/components/schemas/TiktokAccountActionProperties' },
    });
    expect(schemas['TiktokAccountActionProperties']).toMatchObject({
      additionalProperties: false,
      properties: {
        advertiser_id: { type: ['string', 'null'], maxLength: 128 },
        post: { properties: { ad_authorization: { type: ['boolean', 'null'] } }, additionalProperties: false },
      },
    });
    expect(schemas['BusinessCenterAction']?.properties).toMatchObject({
      name: { examples: expect.arrayContaining(['request_account_access']) },
    });
  });
});

test('no schema is null alone, which generators do not take', () => {
  expect(JSON.stringify(document)).not.toContain('"type":"null"');
});

test('the document is made once, and anew for other policies', async () => {
  let made = 0;
  const page = docs(() => ({ info: { title: String((made += 1)), version: '' } }));
  const ask = async (policy: string): Promise<string> => {
    const services = { publicUrl: () => 'http://x', decider: { policy, actions: [] } };
    const asked = new Hono<Env>().use(async (c, next) => {
      c.set('services', services as never);
      await next();
    });
    return (await asked.route('/', page).request('/openapi.json')).text();
  };
  expect(await ask('a')).toBe(await ask('a'));
  await ask('b');
  expect(made).toBe(2);
});
