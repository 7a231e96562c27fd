import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { overHttp, type OverHttp } from '../support/over-http.ts';

// Every path of the API and of the pages says which methods it takes, and takes HEAD where it takes GET.

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE'];

const lines: Record<string, unknown>[] = [];
let app: TestApp;
let http: OverHttp;
let taken: Map<string, Set<string>>;
beforeAll(async () => {
  app = await testApp({}, pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) }));
  http = await overHttp(app);
  taken = new Map();
  for (const { method, path } of createApp(app.runtime.services).routes) {
    if (method === 'ALL' || path.includes('*')) continue;
    const address = path.replaceAll(/:\w+/g, 'x');
    const also = method === 'GET' ? ['GET', 'HEAD'] : [method];
    taken.set(address, new Set([...(taken.get(address) ?? ['OPTIONS']), ...also]));
  }
});
afterAll(async () => {
  await http.close();
  await app.close();
});

const listed = (allow: string | null): string[] => (allow ?? '').split(', ').toSorted();

test('a method that a path does not take is a 405, and OPTIONS a 204; both name those that it takes', async () => {
  expect(taken.size).toBeGreaterThan(60);
  for (const [path, methods] of taken) {
    for (const method of METHODS.filter((it) => it === 'OPTIONS' || !methods.has(it))) {
      for (const key of [undefined, null]) {
        const answer = await http.send(method, path, { ...(key === null && { key }) });
        const expected = method === 'OPTIONS' ? 204 : 405;
        expect([method, path, answer.status, ...listed(answer.headers.get('Allow'))]).toEqual([
          method,
          path,
          expected,
          ...[...methods].toSorted(),
        ]);
      }
    }
  }
});

test('HEAD answers as GET does, without a body', async () => {
  for (const [path, methods] of taken) {
    if (!methods.has('HEAD')) continue;
    const [head, get] = [await http.send('HEAD', path), await http.send('GET', path)];
    expect([path, head.status, head.headers.get('Content-Type'), head.body]).toEqual([
      path,
      get.status,
      get.headers.get('Content-Type'),
      '',
    ]);
  }
});

test.each(METHODS.filter((method) => method !== 'HEAD'))('%s of what is not there is a 404', async (method) => {
  for (const path of ['/v1/nothing', '/nothing', '/access/v1/nothing']) {
    const answer = await http.send(method, path);
    expect([path, answer.status, answer.headers.get('Allow')]).toEqual([path, 404, null]);
  }
});

test('OPTIONS of the server as a whole is a 204 that names all methods', async () => {
  const { status, headers } = await http.send('OPTIONS', '*', { key: null });
  const all = [...taken.values()].flatMap((methods) => [...methods]);
  expect([status, listed(headers.get('Allow'))]).toEqual([204, [...new Set(all)].toSorted()]);
});

test.each(['/healthz', 'elsewhere.example:443'])('CONNECT %s is a 405, not silence', async (path) => {
  const asked = request(http.url, { method: 'CONNECT', path }).end();
  const [response, socket] = (await once(asked, 'connect')) as [IncomingMessage, Socket];
  socket.destroy();
  expect([response.statusCode, response.headers.allow]).toEqual([405, expect.stringContaining('GET')]);
});

test('a page says so as a page', async () => {
  const { status, body } = await http.send('DELETE', '/console', { key: null, headers: { Accept: 'text/html' } });
  expect([status, body]).toEqual([405, expect.stringContaining('<!doctype html>')]);
});

describe('a request is logged once', () => {
  const logged = async (send: () => Promise<unknown>): Promise<Record<string, unknown>[]> => {
    lines.length = 0;
    await send();
    return lines.filter(({ level }) => Number(level) > 20);
  };

  test.each([
    ['GET', '/v1/nothing', {}, 404],
    ['PATCH', '/v1/audit', {}, 405],
    ['GET', '/v1/audit?limit=x', {}, 400],
    ['PUT', '/v1/business-centers/bc1', { body: '{' }, 400],
    ['GET', '/v1/audit', { key: null }, 401],
    ['GET', '/console/..', {}, 400],
  ])("the caller's fault: %s %s, without a stack", async (method, path, options, status) => {
    const told = await logged(async () => http.send(method, path, options));
    expect(told).toEqual([expect.objectContaining({ msg: 'request', method, status, level: 30 })]);
    expect(JSON.stringify(told)).not.toMatch(/stack|\bat .*\.ts:\d/);
  });

  test('a fault of the service, with its stack', async () => {
    const { keyRing } = app.runtime.services;
    keyRing.find = async () => Promise.reject(new Error('fault on purpose'));
    const told = await logged(async () => http.send('GET', '/v1/audit'));
    Reflect.deleteProperty(keyRing, 'find');
    expect(told).toEqual([
      expect.objectContaining({
        msg: 'request failed',
        level: 50,
        status: 500,
        route: '/v1/audit',
        err: expect.objectContaining({ message: 'fault on purpose', stack: expect.stringContaining('.ts:') }),
      }),
    ]);
  });
});
