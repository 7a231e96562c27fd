import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, TestApp } from '../support/app.ts';
import { put } from '../support/cast.ts';
import { ALICE, BOB, RECORD_1, RECORD_2, recordApp } from '../support/record.ts';

// The AuthZEN 1.0 certification scenario, section 4: level Search, Core and Properties, over the fixture of 1.5.

let app: TestApp;
beforeAll(async () => {
  app = await recordApp();
  await put(app, '/v1/entities/user/alice', { attributes: {} });
  await put(app, '/v1/entities/user/bob', { attributes: { role: 'admin' } });
  await put(app, '/v1/entities/record/record-1', { attributes: { status: 'active' } });
  await put(app, '/v1/entities/record/record-2', { attributes: { status: 'archived' } });
});
afterAll(async () => app.close());

type What = 'subject' | 'resource' | 'action';

const search = async (what: What, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  app.call('POST', `/access/v1/search/${what}`, { body, headers });

/** The results, once the answer has the form that the scenario asks for. */
async function results(what: What, body: unknown): Promise<unknown[]> {
  const { status, headers, body: answer } = await search(what, body);
  expect(status).toBe(200);
  expect(headers.get('Content-Type')).toBe('application/json');
  expect(answer.page).toEqual({ next_token: '', count: answer.results.length });
  return answer.results;
}

const read = { name: 'read' };
const write = { name: 'write' };
const admin = { ...BOB, properties: { role: 'admin' } };
const archived = { ...RECORD_2, properties: { status: 'archived' } };
const WHO = { subject: { type: 'user' }, action: read, resource: RECORD_1 };
const WHERE = { subject: ALICE, action: read, resource: { type: 'record' } };
const WHAT = { subject: ALICE, resource: RECORD_1 };

describe('Search Core', () => {
  test('4.2.1 who reads record-1: alice and bob', async () => {
    expect(await results('subject', WHO)).toEqual([ALICE, BOB]);
  });

  test('4.3.1 what alice reads: both records', async () => {
    expect(await results('resource', WHERE)).toEqual([RECORD_1, RECORD_2]);
  });

  test('4.4.1 what alice does to record-1: read and write', async () => {
    expect(await results('action', WHAT)).toEqual([read, write]);
  });

  test('4.2.2, 4.4.2 context is accepted, and reaches the policy', async () => {
    const context = { time: '2025-06-27T18:03-07:00', ip: '192.168.1.1' };
    expect(await results('subject', { ...WHO, context })).toEqual([ALICE, BOB]);
    expect(await results('resource', { ...WHERE, context })).toEqual([RECORD_1, RECORD_2]);
    expect(await results('action', { ...WHAT, context })).toEqual([read, write]);
    expect(await results('action', { ...WHAT, context: { urgent: true } })).toEqual([
      read,
      { name: 'read_urgently' },
      write,
    ]);
  });

  test('4.2.3, 4.3.2 the id of what is sought, and the action of an action search, count for nothing', async () => {
    for (const id of ['alice', 'nobody', '', 7, 'x'.repeat(1000)]) {
      expect(await results('subject', { ...WHO, subject: { type: 'user', id } })).toEqual([ALICE, BOB]);
      expect(await results('resource', { ...WHERE, resource: { type: 'record', id } })).toEqual([RECORD_1, RECORD_2]);
    }
    expect(await results('action', { ...WHAT, action: { name: 'read' } })).toEqual([read, write]);
  });

  test('unknown fields are ignored', async () => {
    expect(await results('subject', { ...WHO, foo: 'bar', page: { future: 1 } })).toEqual([ALICE, BOB]);
  });

  test('X-Request-ID comes back', async () => {
    const { headers } = await search('subject', WHO, { 'X-Request-ID': 'search-1' });
    expect(headers.get('X-Request-ID')).toBe('search-1');
  });
});

describe('Search Properties', () => {
  test('4.2.4 who writes an archived record: bob, who is an administrator by what is stored', async () => {
    expect(await results('subject', { ...WHO, action: write, resource: archived })).toEqual([BOB]);
  });

  test('4.3.3 what an administrator writes: record-2 too', async () => {
    expect(await results('resource', { ...WHERE, subject: admin, action: write })).toEqual([RECORD_1, RECORD_2]);
  });

  test('4.4.3 what an administrator does to an archived record: write', async () => {
    expect(await results('action', { subject: admin, resource: archived })).toEqual([read, write]);
    expect(await results('action', { subject: ALICE, resource: archived })).toEqual([read]);
  });

  test('properties of what is sought are those of every candidate', async () => {
    const all = { type: 'user', properties: { role: 'admin' } };
    expect(await results('subject', { ...WHO, subject: all, action: write })).toEqual([ALICE, BOB]);
    const active = { type: 'record', properties: { status: 'active' } };
    expect(await results('resource', { ...WHERE, action: write, resource: active })).toEqual([RECORD_1, RECORD_2]);
  });

  test('properties of the action take part', async () => {
    const softly = (soft: boolean) => ({ name: 'delete', properties: { soft } });
    expect(await results('subject', { ...WHO, action: softly(true) })).toEqual([ALICE]);
    expect(await results('subject', { ...WHO, action: softly(false) })).toEqual([]);
  });
});

describe('4.5 pages', () => {
  test.each<[What, object, unknown[]]>([
    ['subject', WHO, [ALICE, BOB]],
    ['resource', WHERE, [RECORD_1, RECORD_2]],
    ['action', WHAT, [read, write]],
  ])('of %s: one by one, next_token empty at the end', async (what, body, all) => {
    const first = (await search(what, { ...body, page: { limit: 1 } })).body;
    expect(first).toEqual({ results: [all[0]], page: { next_token: expect.stringMatching(/./), count: 1 } });
    const token = first.page.next_token;
    const second = (await search(what, { ...body, page: { limit: 1, token } })).body;
    expect(second).toEqual({ results: [all[1]], page: { next_token: '', count: 1 } });
    expect((await search(what, { ...body, page: { token } })).body).toEqual(second);
    expect((await search(what, { ...body, page: { token: '' } })).body.results).toEqual(all);
  });
});

describe('4.6 nothing is found, and that is no error', () => {
  const nonexistent = { type: 'user', id: 'nonexistent-user' };
  test.each<[string, What, object]>([
    ['an unknown subject, for actions', 'action', { ...WHAT, subject: nonexistent }],
    ['an unknown subject, for resources', 'resource', { ...WHERE, subject: nonexistent }],
    ['an unknown resource, for actions', 'action', { ...WHAT, resource: { type: 'record', id: 'record-9' } }],
    ['an unknown resource, for subjects', 'subject', { ...WHO, resource: { type: 'record', id: 'record-9' } }],
    ['an unknown type of subject', 'subject', { ...WHO, subject: { type: 'spaceship' } }],
    ['an unknown type of resource', 'resource', { ...WHERE, resource: { type: 'spaceship' } }],
    ['subjects of an unknown type of resource', 'subject', { ...WHO, resource: { type: 'spaceship', id: 'record-1' } }],
    ['resources of an unknown type of subject', 'resource', { ...WHERE, subject: { type: 'spaceship', id: 'alice' } }],
    ['actions of unknown types', 'action', { subject: { type: 'spaceship', id: 'x' }, resource: RECORD_1 }],
    ['an unknown action', 'subject', { ...WHO, action: { name: 'launch' } }],
    ['a type that every object has', 'resource', { ...WHERE, subject: { type: 'constructor', id: 'name' } }],
    ['a type that is a prototype', 'action', { subject: { type: '__proto__', id: 'name' }, resource: RECORD_1 }],
    ['the service itself', 'subject', { ...WHO, resource: { type: 'sparkgate_service', id: 'x' } }],
    ['who may call the service', 'resource', { ...WHERE, resource: { type: 'sparkgate_service' } }],
  ])('%s', async (_, what, body) => {
    expect(await results(what, body)).toEqual([]);
  });
});

describe('4.7 400', () => {
  const { subject, action, resource } = WHO;
  test.each<[string, What, unknown]>([
    ['4.7.1 subject search without action', 'subject', { subject, resource }],
    ['subject search without subject', 'subject', { action, resource }],
    ['subject search without resource', 'subject', { subject, action }],
    ['4.7.1 resource search without subject', 'resource', { action, resource: WHERE.resource }],
    ['resource search without action', 'resource', { subject: ALICE, resource: WHERE.resource }],
    ['resource search without resource', 'resource', { subject: ALICE, action }],
    ['4.7.1 action search without resource', 'action', { subject: ALICE }],
    ['action search without subject', 'action', { resource }],
    ['4.7.2 subject search without resource.id', 'subject', { subject, action, resource: { type: 'record' } }],
    ['4.7.2 resource search without subject.id', 'resource', { subject, action, resource: { type: 'record' } }],
    ['action search without subject.id', 'action', { subject, resource }],
    ['action search without resource.id', 'action', { subject: ALICE, resource: { type: 'record' } }],
    ['subject search without subject.type', 'subject', { subject: {}, action, resource }],
    ['action.name as a number', 'subject', { subject, action: { name: 1 }, resource }],
    ['subject as a string', 'subject', { subject: 'user', action, resource }],
    ['context as a list', 'subject', { ...WHO, context: [] }],
    ['malformed JSON', 'action', '{"subject":'],
    ['an empty body', 'resource', ''],
  ])('%s', async (_, what, body) => {
    const { status, body: problem } = await search(what, body);
    expect({ status, code: problem.code }).toEqual({ status: 400, code: 'invalid_request' });
  });

  test('another content type', async () => {
    expect((await search('subject', WHO, { 'Content-Type': 'text/plain' })).status).toBe(400);
  });
});

test('discovery advertises the endpoints that answer', async () => {
  const { body } = await app.call('GET', '/.well-known/authzen-configuration', { key: null });
  for (const [what, request] of [
    ['subject', WHO],
    ['resource', WHERE],
    ['action', WHAT],
  ] as const) {
    const endpoint = new URL(body[`search_${what}_endpoint`]);
    expect((await app.call('POST', endpoint.pathname, { body: request })).body.results).toHaveLength(2);
  }
});
