import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { PAGES } from '../../src/http/routes.ts';
import { testApp, type TestApp } from '../support/app.ts';

interface Operation {
  tags?: string[];
  summary?: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean }[];
  responses: Record<string, { content?: Record<string, unknown> }>;
}

let app: TestApp;
let document: { openapi: string; paths: Record<string, Record<string, Operation>>; servers: unknown };
let operations: [string, Operation][];
beforeAll(async () => {
  app = await testApp();
  document = (await app.call('GET', '/openapi.json', { key: null })).body;
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, it]): [string, Operation] => [`${method.toUpperCase()} ${path}`, it]),
  );
});
afterAll(async () => app.close());

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
    const problem = operation.responses['default']?.content ?? {};
    return [
      ...(operation.summary && operation.tags?.length === 1 ? [] : [`${name}: a summary and one tag`]),
      ...(String(parameters) === String(name.match(/\{\w+\}/g) ?? []) ? [] : [`${name}: its path's parameters`]),
      ...(keyless.has(name) || operation.security?.length === 1 ? [] : [`${name}: that it wants a key`]),
      ...(keyless.has(name) || 'application/problem+json' in problem ? [] : [`${name}: how it fails`]),
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
  expect((await app.call('GET', '/docs/docs.css', { key: null })).headers.get('Content-Type')).toContain('text/css');
  expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'");
  expect(headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
});

test('patterns are JSON Schema, without the delimiters and flags of a language', () => {
  const found = JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g);
  const patterns = [...found].map(([, text]): string => JSON.parse(text ?? '""'));
  const ids = patterns.filter((pattern) => pattern.includes('Cc'));
  expect(ids.length).toBeGreaterThan(0);
  for (const pattern of ids) expect(new RegExp(pattern, 'u').test('sam')).toBe(true);
});

test('the headers that count are told: who acts, how fresh, which request', () => {
  const headers = (name: string): string[] =>
    (operations.find(([operation]) => operation === name)?.[1].parameters ?? [])
      .filter((parameter) => parameter.in === 'header')
      .map((parameter) => `${parameter.name}${parameter.required === true ? ' (required)' : ''}`);
  expect(headers('POST /v1/consents/{token}/approve')).toEqual(['X-Request-ID', 'X-Actor (required)']);
  expect(headers('PUT /v1/business-centers/{bc_id}')).toEqual(['X-Request-ID', 'X-Actor']);
  expect(headers('POST /access/v1/evaluation')).toEqual(['X-Request-ID', 'X-Sparkgate-Revision']);
});
