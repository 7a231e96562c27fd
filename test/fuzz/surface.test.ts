import { Agent, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { httpServer } from '../../src/http/server.ts';
import { ADMIN_KEY, testApp, type TestApp } from '../support/app.ts';
import { assign, grant, put, requestToken, standardWorld } from '../support/cast.ts';
import { encoded, headerText, hostileBody, hostileSegment, hostileText } from './hostile.ts';
import { endpointsOf, type Document, type Endpoint } from './samples.ts';
import { SEED } from './seed.ts';

vi.setConfig({ testTimeout: 180_000 });

/** How many requests each endpoint gets. */
const RUNS = 70;

let app: TestApp;
let server: Server;
let database: Client;
let checker: string;
let token: string;
let requestId: string;
let keyId: string;
/** One connection for all, so that what one request leaves behind meets the next. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  app = await testApp({ MEMBERS_PER_BUSINESS_CENTER: '50', PENDING_REQUESTS_PER_BUSINESS_CENTER: '1000' });
  server = httpServer(createApp(app.runtime.services));
  server.listen(0, '127.0.0.1');
  database = new Client({ connectionString: app.databaseUrl });
  await database.connect();
  const made = await app.call('POST', '/v1/api-keys', { body: { name: 'checker', permissions: ['check'] } });
  checker = made.body.key;
  await world();
});
afterAll(async () => {
  agent.destroy();
  server.close();
  await database.end();
  await app.close();
});

/** Puts right whatever valid requests have undone. */
async function world(): Promise<void> {
  await standardWorld(app);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  await put(app, '/v1/tiktok-accounts/brand/links/lee', { scopes: ['POST'] });
  await app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', { actor: 'tiktok_account:brand' });
  await grant(app, ['LIVE', 'POST']);
  await assign(app, 'sam', ['POST']);
  token = await requestToken(app, ['LIVE']);
  const { body } = await app.call('GET', '/v1/business-centers/bc1/access-requests?limit=200', { actor: 'user:adm' });
  requestId = body.items.at(-1).id;
  keyId = (await app.call('POST', '/v1/api-keys', { body: { name: 'unused', permissions: ['audit'] } })).body.id;
}

interface Shot {
  path: string;
  headers: Record<string, string>;
  body: Buffer | null;
}

const KNOWN_IDS = ['bc1', 'bc2', 'sam', 'adm', 'brand', 'other', 'adv1', 'TOKEN', 'REQUEST', 'KEY'];

/** Where the owner of a TikTok account calls. */
const OWNERS = /\/consents\/|\/grants/;

function shotAt(endpoint: Endpoint): fc.Arbitrary<Shot> {
  const segment = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...KNOWN_IDS) },
    { weight: 1, arbitrary: hostileSegment },
  );
  const names = endpoint.path.match(/\{\w+\}/g) ?? [];
  return fc.record({
    path: fc
      .tuple(fc.tuple(...names.map((name) => fc.oneof(fc.constant(usual(name, endpoint.path)), segment))), query)
      .map(
        ([ids, search]) =>
          names.reduce((path, name, n) => path.replace(name, () => ids[n] ?? ''), endpoint.path) + search,
      ),
    headers: headersFor(actorAt(endpoint.path)),
    body: endpoint.method === 'GET' ? fc.constant(null) : fc.option(hostileBody(endpoint.bodies), { freq: 20 }),
  });
}

/** What fits a parameter, so that requests get as far as they can. */
function usual(name: string, path: string): string {
  const fits: Record<string, string> = { bc_id: 'bc1', user_id: 'sam', advertiser_id: 'adv1', token: 'TOKEN' };
  const id = path.includes('/access-requests/') ? 'REQUEST' : path.includes('/api-keys/') ? 'KEY' : 'brand';
  return fits[name.slice(1, -1)] ?? id;
}

const actorAt = (path: string): string => (OWNERS.test(path) ? 'tiktok_account:brand' : 'user:adm');

/** A request as it should be. */
function plainShot({ path, bodies }: Endpoint): Shot {
  const [body] = bodies;
  return {
    path: path.replaceAll(/\{\w+\}/g, (name) => usual(name, path)),
    headers: { Authorization: `Bearer ${ADMIN_KEY}`, 'X-Actor': actorAt(path), 'Content-Type': 'application/json' },
    body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
  };
}

const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc.constantFrom(
    '?',
    '?limit=0',
    '?limit=abc',
    '?limit=1e2',
    '?limit=1&limit=2',
    '?limit=99999999999',
    '?cursor=',
    '?%',
  ),
  fc
    .tuple(fc.constantFrom('limit', 'cursor', 'bc_id', '__proto__', 'x'), hostileText)
    .map(([name, value]) => `?${name}=${encoded(value)}`),
  hostileText.map((text) => `?cursor=${Buffer.from(text).toString('base64url')}`),
);

function header(usually: string | null, ...others: string[]): fc.Arbitrary<string | null> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(usually) },
    { weight: 2, arbitrary: fc.constantFrom(null, ...others) },
    { weight: 1, arbitrary: headerText },
  );
}

const headersFor = (actor: string): fc.Arbitrary<Record<string, string>> =>
  fc
    .record({
      Authorization: header(
        `Bearer ${ADMIN_KEY}`,
        'Bearer',
        'Basic eDp5',
        'Bearer CHECKER',
        `Bearer ${'x'.repeat(6000)}`,
      ),
      'X-Actor': fc.oneof(
        header(
          actor,
          'user:adm',
          'tiktok_account:brand',
          'user:sam',
          'user:',
          ':',
          'operator:x',
          `user:${'x'.repeat(129)}`,
        ),
        headerText.map((text) => `user:${text}`),
      ),
      'X-Request-ID': header(null, 'an-id', 'x'.repeat(4000)),
      'X-Sparkgate-Revision': header(null, '0', '-1', '99999999999999999999', 'abc', '1 '),
      'Content-Type': header(
        'application/json',
        'text/plain',
        'application/json; charset=latin1',
        'application/jsonp',
        'a/b',
      ),
    })
    .map((all) =>
      Object.fromEntries(
        Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
      ),
    );

interface Reply {
  status: number;
  type: string;
  requestId: unknown;
  text: string;
}

async function fire(method: string, { path, headers: all, body }: Shot): Promise<Reply> {
  const real = path.replaceAll('TOKEN', token).replaceAll('REQUEST', requestId).replaceAll('KEY', keyId);
  const { port } = server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const authorization = all['Authorization']?.replace('CHECKER', checker);
    const options = {
      agent,
      port,
      method,
      path: real.replaceAll(/[^\x21-\x7e]/g, ''),
      headers: {
        ...all,
        ...(authorization !== undefined && { Authorization: authorization }),
        ...(body && { 'Content-Length': body.length }),
      },
    };
    request(options, resolve)
      .on('error', reject)
      .end(body ?? undefined);
  });
  const text = (await response.setEncoding('utf8').toArray()).join('');
  const type = response.headers['content-type'] ?? '';
  return { status: response.statusCode ?? 0, type, requestId: response.headers['x-request-id'] ?? null, text };
}

async function revision(): Promise<string> {
  return (
    (await database.query<{ value: string }>('select value::text from relationship_revision')).rows[0]?.value ?? ''
  );
}

test(`every endpoint answers whatever is sent to it (seed ${SEED})`, async () => {
  const document = (await app.call('GET', '/openapi.json', { key: null })).body as Document;
  const endpoints = endpointsOf(document);
  expect(endpoints.length).toBeGreaterThan(30);
  const heard = new Set<number>();
  for (const endpoint of endpoints) {
    const name = `${endpoint.method} ${endpoint.path}`;
    let successes = 0;
    await world();
    await fc.assert(
      fc.asyncProperty(shotAt(endpoint), async (shot) => {
        const before = await revision();
        const reply = await fire(endpoint.method, shot);
        heard.add(reply.status);
        expect(reply.requestId).not.toBeNull();
        if (reply.status < 400) {
          successes += 1;
          return;
        }
        if (reply.status >= 500) throw new Error(`${name} answered ${reply.status} ${reply.text}`);
        expect(reply.type).toBe('application/problem+json');
        expect(JSON.parse(reply.text)).toMatchObject({
          status: reply.status,
          code: expect.stringMatching(/^[a-z_]+$/),
        });
        const after = await revision();
        if (after !== before) throw new Error(`${name} answered ${reply.status} ${reply.text}, yet wrote`);
      }),
      { seed: SEED, numRuns: RUNS, examples: [[plainShot(endpoint)]] },
    );
    // Otherwise only the first line of defence was tried.
    expect([name, successes > 0]).toEqual([name, true]);
  }
  expect([...heard]).toEqual(expect.arrayContaining([200, 201, 204, 400, 401, 403, 404]));
});
