import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { decision, entity, put } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { policiesWith, type OtherPolicies } from '../support/policy-dir.ts';
import { writeOf } from '../support/trails.ts';

// Kinds that only policies know: what is stored of them, and what it does to checks.

const SHELF = `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: shelf
  version: default
  schemas:
    resourceSchema: {ref: cerbos:///shelf.json}
  rules:
    - {actions: [read], effect: EFFECT_ALLOW, roles: [user], condition: {match: {expr: R.attr.owner == P.id}}}
    - actions: [edit]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: {match: {expr: has(P.attr.department) && P.attr.department == R.attr.place.department}}
`;
const SHELF_SCHEMA = {
  type: 'object',
  required: ['owner'],
  properties: {
    owner: { type: 'string' },
    place: { type: 'object', properties: { department: { type: 'string' }, floor: { type: 'integer' } } },
    context: { type: 'object', required: ['ip'] },
    action: { type: 'object' },
  },
  additionalProperties: false,
};

let policies: OtherPolicies;
let app: TestApp;
beforeAll(async () => {
  policies = await policiesWith();
  const folder = policies.environment.POLICY_DIR;
  await cp(join(import.meta.dirname, '../search/policies/common'), folder, { recursive: true });
  await mkdir(join(folder, '_schemas'), { recursive: true });
  await writeFile(join(folder, 'resource_policies/shelf.yaml'), SHELF);
  await writeFile(join(folder, '_schemas/shelf.json'), JSON.stringify(SHELF_SCHEMA));
  await writeFile(
    join(folder, 'resource_policies/sealed.yaml'),
    SHELF.replaceAll('shelf', 'sealed').replace('.place.department', '.owner'),
  );
  const sealed = { type: 'object', properties: { owner: { type: 'string' } }, additionalProperties: false };
  await writeFile(join(folder, '_schemas/sealed.json'), JSON.stringify(sealed));
  app = await testApp(policies.environment);
});
afterAll(async () => {
  await app.close();
  await policies.remove();
});

const store = async (path: string, attributes: unknown, key?: string): Promise<Answer> =>
  app.call('PUT', `/v1/entities/${path}`, { body: { attributes }, ...(key !== undefined && { key }) });
const forget = async (path: string): Promise<Answer> => app.call('DELETE', `/v1/entities/${path}`);
const trail = async (): Promise<Answer['body'][]> => (await app.call('GET', '/v1/audit?limit=200')).body.items;

async function check(subject: object, name: string, resource: object, more: object = {}): Promise<unknown> {
  const body = { subject, action: { name }, resource, ...more };
  const answer = await app.call('POST', '/access/v1/evaluation', { body });
  return answer.status === 200 ? answer.body.decision : answer.status;
}

describe('PUT and DELETE', () => {
  test('are idempotent: what is so stays so, without a revision or a step in the trail', async () => {
    const first = await store('catalog/c1', { department: 'sales' });
    expect(first.status).toBe(200);
    expect(first.body).toEqual({ revision: first.headers.get('X-Sparkgate-Revision') });
    expect(writeOf(first.body.revision)).toBeDefined();
    expect(writeOf((await store('catalog/c1', { department: 'sales' })).body.revision)).toBeUndefined();
    const gone = await forget('catalog/c1');
    expect(gone.status).toBe(204);
    expect(writeOf(gone.headers.get('X-Sparkgate-Revision'))).toBeDefined();
    const again = await forget('catalog/c1');
    expect(again.status).toBe(204);
    expect(writeOf(again.headers.get('X-Sparkgate-Revision'))).toBeUndefined();
    expect((await forget('no-such-kind/x')).status).toBe(204);
  });

  test('PUT replaces attributes whole', async () => {
    await store('catalog/c2', { department: 'sales' });
    await store('catalog/c2', { color: 'red' });
    const seller = { ...entity('sue'), properties: { department: 'sales' } };
    expect(await check(seller, 'read', entity('catalog:c2'))).toBe(false);
  });

  test('are in the audit trail, with what was before', async () => {
    await store('catalog/c3', { n: 1 });
    await store('catalog/c3', { n: 2 });
    await forget('catalog/c3');
    const steps = (await trail()).filter((step) => step.subject.id === 'c3');
    expect(steps.map(({ event, subject, before, after }) => ({ event, subject, before, after }))).toEqual(
      [
        { event: 'entity.put', before: null, after: { attributes: { n: 1 } } },
        { event: 'entity.put', before: { attributes: { n: 1 } }, after: { attributes: { n: 2 } } },
        { event: 'entity.removed', before: { attributes: { n: 2 } }, after: null },
      ].map((step) => ({ ...step, subject: { type: 'catalog', id: 'c3' } })),
    );
  });

  test('come back as they were sent, whatever they hold', async () => {
    const attributes = { constructor: { a: [null, true, 1.5, 'Ü "\\u0000"'] }, toString: 1, n: 1e308 };
    expect(writeOf(await put(app, '/v1/entities/catalog/awkward', { attributes }))).toBeDefined();
    expect(writeOf(await put(app, '/v1/entities/catalog/awkward', { attributes }))).toBeUndefined();
    expect((await trail()).find((step) => step.subject.id === 'awkward')?.after).toEqual({ attributes });
  });

  test('an id may be anything, and a kind that no policy knows may be stored', async () => {
    expect((await store(`catalog/${encodeURIComponent('a/b ?c%#é')}`, {})).status).toBe(200);
    expect((await store('constructor/__proto__', {})).status).toBe(200);
    expect((await store(`catalog/${'x'.repeat(129)}`, {})).status).toBe(400);
  });
});

describe('refusals', () => {
  test.each(['tiktok_account', 'business_center', 'access_request', 'sparkgate_service'])(
    '400: a %s has endpoints of its own',
    async (type) => {
      const { status, body } = await store(`${type}/x`, {});
      expect({ status, detail: body.detail }).toEqual({ status: 400, detail: expect.stringContaining(type) });
    },
  );

  const nested = (depth: number): unknown => JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth));
  test.each<[string, unknown, number]>([
    ['the reserved name action', { action: {} }, 400],
    ['the reserved name context', { department: 'sales', context: null }, 400],
    ['both names further in', { nested: { action: 1, context: 2 } }, 200],
    ['a value without a name', { '': 1 }, 400],
    ['one further in', { a: { '': 1 } }, 200],
    ['no object', 'sales', 400],
    ['a list', [], 400],
    ['null', null, 400],
    ['32 levels', nested(32), 200],
    ['33 levels', nested(33), 400],
    ['a long text', { text: 'x'.repeat(60_000) }, 200],
    ['more than a body may have', { text: 'x'.repeat(300_000) }, 413],
    ['U+0000 in a value', { a: ['x\u0000'] }, 400],
    ['U+0000 in a name', { 'x\u0000': 1 }, 400],
    ['the text of an escape', { a: '\\u0000 \\\\u0000' }, 200],
  ])('%s: %s', async (_, attributes, status) => {
    const answer = await store('catalog/limits', attributes);
    expect({ status: answer.status, code: answer.body.code }).toEqual({
      status,
      code: { 200: undefined, 400: 'invalid_request', 413: 'payload_too_large' }[status],
    });
    if (status === 400) expect(answer.body.errors).toMatchObject([{ pointer: '/attributes' }]);
  });

  test('400 for 20,000 levels', async () => {
    const body = `{"attributes":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`;
    expect((await app.call('PUT', '/v1/entities/catalog/x', { body })).status).toBe(400);
  });

  test('400 for a number that is none, and without attributes', async () => {
    expect((await app.call('PUT', '/v1/entities/catalog/x', { body: '{"attributes":{"n":1e999}}' })).status).toBe(400);
    expect((await app.call('PUT', '/v1/entities/catalog/x', { body: {} })).status).toBe(400);
  });
});

describe('the schema of a kind', () => {
  test.each<[string, unknown, string[]]>([
    ['a wrong type', { owner: 7 }, ['/attributes/owner']],
    ['something missing', {}, ['/attributes']],
    ['a wrong type further in', { owner: 'o', place: { floor: 1.5 } }, ['/attributes/place/floor']],
    ['two at once', { owner: 1, place: { department: 2 } }, ['/attributes/owner', '/attributes/place/department']],
    ['one too many', { owner: 'o', color: 'red' }, ['/attributes']],
  ])('names what does not fit: %s', async (_, attributes, pointers) => {
    const { status, body } = await store('shelf/s0', attributes);
    expect(status).toBe(400);
    expect(body.errors.map((error: { pointer: string }) => error.pointer).toSorted()).toEqual(pointers);
    expect(await check(entity('7'), 'read', entity('shelf:s0'))).toBe(false);
  });

  test('what a check adds is not asked of what is stored', async () => {
    expect((await store('shelf/s1', { owner: 'olga' })).status).toBe(200);
    const context = { ip: '::1' };
    expect(await check(entity('olga'), 'read', entity('shelf:s1'), { context })).toBe(true);
    expect(await check(entity('olga'), 'read', entity('shelf:s1'))).toBe(false);
  });

  test('a check tells what of it did not fit', async () => {
    const body = { subject: entity('olga'), action: { name: 'read' }, resource: entity('shelf:none') };
    const { context } = (await app.call('POST', '/access/v1/evaluation', { body })).body;
    expect(context.reasons).toMatchObject([{ code: 'MISSING_FACT' }, { code: 'MISSING_FACT' }]);
  });
});

describe('in checks', () => {
  const seller = (id: string) => ({ ...entity(id), properties: { department: 'sales' } });
  beforeAll(async () => {
    await store('catalog/sales', { department: 'sales', acl: { editors: ['g1'], locked: true } });
    await store('user/sue', { department: 'sales', groups: ['g1'] });
    await store('robot/r1', { department: 'legal' });
  });

  test('users have attributes, and so has any other type of subject', async () => {
    expect(await decision(app, 'sue', 'read', 'catalog:sales')).toBe('ALLOW via null');
    expect(await decision(app, 'tom', 'read', 'catalog:sales')).toBe('DENY MISSING_FACT');
    expect(await check(entity('robot:r1'), 'read', entity('catalog:sales'))).toBe(false);
    await store('robot/r1', { department: 'sales' });
    expect(await check(entity('robot:r1'), 'read', entity('catalog:sales'))).toBe(true);
  });

  test('nested attributes arrive as they are', async () => {
    expect(await check(entity('sue'), 'edit', entity('catalog:sales'))).toBe(true);
    await store('user/sue', { department: 'sales', groups: ['g2'] });
    expect(await check(entity('sue'), 'edit', entity('catalog:sales'))).toBe(false);
  });

  test('what is sent goes over what is stored, name by name, on both sides', async () => {
    expect(await check(seller('tom'), 'read', entity('catalog:sales'))).toBe(true);
    const legal = { ...entity('catalog:sales'), properties: { department: 'legal' } };
    expect(await check(entity('sue'), 'read', legal)).toBe(false);
    const unlocked = { ...entity('catalog:sales'), properties: { acl: {} } };
    expect(await check(entity('sue'), 'publish', entity('catalog:sales'))).toBe(false);
    expect(await check(entity('sue'), 'publish', unlocked)).toBe(true);
    // A name is replaced whole: the stored list of editors is gone with it.
    expect(await check(entity('sue'), 'edit', unlocked)).toBe(false);
  });

  test('action and context cannot be sent as properties', async () => {
    const claims = { ...entity('catalog:sales'), properties: { context: { urgent: true }, action: { soft: true } } };
    expect(await check(entity('sue'), 'ask', claims)).toBe(false);
    expect(await check(entity('sue'), 'ask', claims, { context: { urgent: true } })).toBe(true);
  });

  test('in a batch, each with what is stored of it', async () => {
    await store('catalog/legal', { department: 'legal' });
    const { body } = await app.call('POST', '/access/v1/evaluations', {
      body: {
        subject: entity('sue'),
        action: { name: 'read' },
        evaluations: [
          { resource: entity('catalog:sales') },
          { resource: entity('catalog:legal') },
          { subject: seller('tom'), resource: entity('catalog:sales') },
          { resource: entity('catalog:unknown') },
        ],
      },
    });
    expect(body.evaluations.map((it: { decision: boolean }) => it.decision)).toEqual([true, false, true, false]);
  });

  test('a DENY names what its rules look at and nothing is known of', async () => {
    const denied = async (subject: object, name: string, resource: object): Promise<unknown> => {
      const body = { subject, action: { name }, resource };
      const { context, decision: allowed } = (await app.call('POST', '/access/v1/evaluation', { body })).body;
      expect(allowed).toBe(false);
      return context.reasons.map(({ code, message }: { code: string; message: string }) => [
        code,
        message.replace(/^.*(?=\/(?:subject|resource))/, '').replace(/:.*$/, ''),
      ]);
    };
    expect(await denied(entity('nobody'), 'read', entity('catalog:unknown'))).toEqual([
      ['MISSING_FACT', '/subject/properties/department'],
      ['MISSING_FACT', '/resource/properties/department'],
    ]);
    expect(await denied(entity('nobody'), 'read', entity('catalog:sales'))).toEqual([
      ['MISSING_FACT', '/subject/properties/department'],
    ]);
    expect(await denied(entity('sue'), 'no_such_action', entity('catalog:sales'))).toEqual([
      ['UNKNOWN_ACTION', expect.any(String)],
    ]);
  });

  test('the very next check knows of a change', async () => {
    expect(await check(entity('sue'), 'read', entity('catalog:sales'))).toBe(true);
    await forget('user/sue');
    expect(await check(entity('sue'), 'read', entity('catalog:sales'))).toBe(false);
    await store('user/sue', { department: 'sales' });
    expect(await check(entity('sue'), 'read', entity('catalog:sales'))).toBe(true);
  });

  test('attributes of users are nothing to our own kinds', async () => {
    await put(app, '/v1/business-centers/bc1', { name: 'One' });
    await store('user/sue', { user_role: 'ADMIN', department: 'sales' });
    const asked = { name: 'request_account_access' };
    expect(await check(entity('sue'), asked.name, entity('business_center:bc1'))).toBe(false);
  });
});

test('400: too large, and what would not arrive', async () => {
  expect((await store('catalog/large', { blob: 'y'.repeat(65_000) })).status).toBe(200);
  const { status, body } = await store('catalog/large', { blob: 'y'.repeat(66_000) });
  expect([status, body.errors]).toEqual([
    400,
    [{ pointer: '/attributes', message: 'is larger than 65536 characters' }],
  ]);
  const raw = async (text: string) =>
    app.call('PUT', '/v1/entities/catalog/proto', { body: text, headers: { 'Content-Type': 'application/json' } });
  expect((await raw('{"attributes":{"__proto__":{"a":1}}}')).status).toBe(400);
  expect((await raw('{"attributes":{"a":[{"\\u005f_proto__":1}]}}')).status).toBe(400);
  expect((await raw('{"attributes":{"a":"__proto__"}}')).status).toBe(200);
});

test('large attributes of many are decided all the same, alone, in a batch and in a search', async () => {
  const many = Array.from({ length: 80 }, (_, n) => `catalog:bulky-${n}`);
  await Promise.all(
    many.map(async (name) => store(name.replace(':', '/'), { department: 'bulk', blob: 'y'.repeat(60_000) })),
  );
  const subject = { ...entity('anybody'), properties: { department: 'bulk' } };
  const body = { subject, action: { name: 'read' }, evaluations: many.map((name) => ({ resource: entity(name) })) };
  const batch = await app.call('POST', '/access/v1/evaluations', { body });
  expect(batch.body.evaluations.filter((it: { decision: boolean }) => it.decision)).toHaveLength(80);
  await store('user/anybody', { department: 'bulk' });
  const found = await app.call('POST', '/access/v1/search/resource', {
    body: { subject: entity('anybody'), action: { name: 'read' }, resource: { type: 'catalog' } },
  });
  expect(found.body.results).toHaveLength(80);
});

test('a closed schema that does not admit what every check brings is told apart from bad attributes', async () => {
  const sealed = await store('sealed/s1', { owner: 'sue' });
  expect([sealed.status, sealed.body.detail]).toEqual([
    400,
    'The attributes do not fit the schema of sealed. Every check brings action and context: the schema has to admit both.',
  ]);
});

test('413: defaults that would be repeated beyond measure', async () => {
  const batch = (items: number, size: number) => ({
    body: {
      subject: entity('sam'),
      action: { name: 'read' },
      context: { blob: 'y'.repeat(size) },
      evaluations: Array.from({ length: items }, (_, n) => ({ resource: entity(`catalog:c${n}`) })),
    },
  });
  expect((await app.call('POST', '/access/v1/evaluations', batch(1000, 30_000))).status).toBe(413);
  expect((await app.call('POST', '/access/v1/evaluations', batch(100, 30_000))).status).toBe(200);
});

test('entities are listed by id, in pages', async () => {
  for (const id of ['b', 'a', 'c']) await store(`leaflet/${id}`, { id });
  const first = await app.call('GET', '/v1/entities/leaflet?limit=2');
  expect(first.body.items).toEqual(['a', 'b'].map((id) => ({ type: 'leaflet', id, attributes: { id } })));
  const rest = await app.call('GET', `/v1/entities/leaflet?limit=2&cursor=${first.body.next_cursor}`);
  expect(rest.body).toEqual({ items: [{ type: 'leaflet', id: 'c', attributes: { id: 'c' } }], next_cursor: null });
  expect((await app.call('GET', '/v1/entities/no-such-kind')).body).toEqual({ items: [], next_cursor: null });
  const checking = await newKey(app, ['check']);
  expect((await app.call('GET', '/v1/entities/leaflet', { key: checking.key })).status).toBe(403);
});

test('403: attributes belong to no Business Center, so a confined key stores none', async () => {
  const confined = await newKey(app, ['relationships', 'check'], ['bc1']);
  const checking = await newKey(app, ['check']);
  const writing = await newKey(app, ['relationships']);
  expect((await store('catalog/k', {}, confined.key)).status).toBe(403);
  expect((await app.call('DELETE', '/v1/entities/catalog/k', { key: confined.key })).status).toBe(403);
  expect((await store('catalog/k', {}, checking.key)).status).toBe(403);
  expect((await store('catalog/k', {}, writing.key)).status).toBe(200);
  expect((await app.call('PUT', '/v1/entities/catalog/k', { body: { attributes: {} }, key: null })).status).toBe(401);
});
