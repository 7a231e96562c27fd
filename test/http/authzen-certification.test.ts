import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallOptions, TestApp } from '../support/app.ts';
import { ALICE, ALICE_READS, ARCHIVED, BOB, evaluation, RECORD_1, recordApp } from '../support/record.ts';

// The AuthZEN 1.0 certification scenario: levels Basic (Core, Properties) and Discovery. Batch is in the next file.

let app: TestApp;
beforeAll(async () => {
  app = await recordApp();
});
afterAll(async () => app.close());

const answer = async (body: unknown, options?: CallOptions): Promise<unknown> => {
  const { status, headers, body: answered } = await evaluation(app, body, options);
  expect(headers.get('Content-Type')).toMatch(/^application\/(?:json|problem\+json)$/);
  return status === 200 ? answered.decision : status;
};
const write = { name: 'write' };
const softly = (soft: boolean) => ({ name: 'delete', properties: { soft } });

describe('Basic Core', () => {
  test('2.2.1 true: alice reads record-1', async () => {
    const { status, body } = await evaluation(app, ALICE_READS);
    expect({ status, body }).toMatchObject({ status: 200, body: { decision: true, context: { reasons: [] } } });
  });

  test('true: alice writes record-1, bob reads it', async () => {
    expect(await answer({ subject: ALICE, action: write, resource: RECORD_1 })).toBe(true);
    expect(await answer({ ...ALICE_READS, subject: BOB })).toBe(true);
  });

  test('2.2.2 false: bob writes record-1', async () => {
    expect(await answer({ subject: BOB, action: write, resource: RECORD_1 })).toBe(false);
  });

  test('2.2.3 context is accepted, reaches the policy, and changes no fixture decision', async () => {
    const context = { time: '2025-06-27T18:03-07:00', ip: '192.168.1.1' };
    expect(await answer({ ...ALICE_READS, context })).toBe(true);
    const urgently = { subject: BOB, action: { name: 'read_urgently' }, resource: RECORD_1 };
    expect(await answer({ ...urgently, context: { urgent: true } })).toBe(true);
    expect(await answer({ ...urgently, context })).toBe(false);
    expect(await answer(urgently)).toBe(false);
  });

  test('2.2.8, 2.2.9 more properties than a policy reads, and unknown fields, do no harm', async () => {
    const rich = {
      subject: { ...ALICE, properties: { department: 'Sales', role: 'manager' }, mood: 'good' },
      action: { name: 'read', properties: { method: 'GET' }, since: 1 },
      resource: { ...RECORD_1, properties: { status: 'active', owner: 'bob' }, size: 2 },
      foo: 'bar',
      futureField: { nested: true },
    };
    expect(await answer(rich)).toBe(true);
  });

  const { subject, action, resource } = ALICE_READS;
  test.each([
    ['2.4.1 without subject', { action, resource }],
    ['2.4.1 without action', { subject, resource }],
    ['2.4.1 without resource', { subject, action }],
    ['2.4.2 without subject.type', { subject: { id: 'alice' }, action, resource }],
    ['2.4.2 without subject.id', { subject: { type: 'user' }, action, resource }],
    ['2.4.2 without action.name', { subject, action: {}, resource }],
    ['2.4.2 without resource.type', { subject, action, resource: { id: 'record-1' } }],
    ['2.4.2 without resource.id', { subject, action, resource: { type: 'record' } }],
    ['2.4.4 malformed JSON', '{"subject": {"type": "user"'],
    ['2.4.5 an empty body', ''],
    ['2.4.6 subject as a string', { subject: 'alice', action, resource }],
    ['2.4.6 action.name as a number', { subject, action: { name: 123 }, resource }],
    ['an empty id', { subject: { type: 'user', id: '' }, action, resource }],
    ['properties as a list', { subject: { ...subject, properties: [] }, action, resource }],
    ['context as a string', { subject, action, resource, context: 'now' }],
    ['null in the place of a subject', { subject: null, action, resource }],
    ['a list in the place of the request', [ALICE_READS]],
    ['null in the place of the request', 'null'],
  ])('400: %s', async (_, body) => {
    expect(await answer(body)).toBe(400);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json-patch+json', ''])(
    '2.4.3 400: content type "%s"',
    async (type) => {
      expect(await answer(ALICE_READS, { headers: { 'Content-Type': type } })).toBe(400);
    },
  );

  test('a content type with a charset is JSON as well', async () => {
    expect(await answer(ALICE_READS, { headers: { 'Content-Type': 'application/json; charset=utf-8' } })).toBe(true);
  });

  test('2.5.1 X-Request-ID comes back as it was sent, with errors too', async () => {
    const headers = { 'X-Request-ID': 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716' };
    for (const body of [ALICE_READS, {}, '{']) {
      const { headers: answered } = await evaluation(app, body, { headers });
      expect(answered.get('X-Request-ID')).toBe(headers['X-Request-ID']);
    }
    const refused = await evaluation(app, ALICE_READS, { headers: { 'X-Request-ID': 'a b/c;d' }, key: null });
    expect(refused.headers.get('X-Request-ID')).toBe('a b/c;d');
  });

  test('2.5.2 without X-Request-ID each answer has one of its own', async () => {
    const [first, second] = [await evaluation(app, ALICE_READS), await evaluation(app, ALICE_READS)];
    expect(first.headers.get('X-Request-ID')).toMatch(/^[0-9a-f-]{36}$/);
    expect(second.headers.get('X-Request-ID')).not.toBe(first.headers.get('X-Request-ID'));
  });

  test('2.6 the same request gets the same decision', async () => {
    const bobWrites = { subject: BOB, action: write, resource: RECORD_1 };
    const mixed = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? ALICE_READS : bobWrites));
    const decided = await Promise.all(mixed.map(async (body) => answer(body)));
    expect(decided).toEqual(mixed.map((body) => body === ALICE_READS));
  });
});

describe('Basic Properties', () => {
  const admin = { ...BOB, properties: { role: 'admin' } };
  test.each([
    ['2.2.4 alice writes what is archived', false, { subject: ALICE, action: write, resource: ARCHIVED }],
    ['2.2.5 an admin writes what is archived', true, { subject: admin, action: write, resource: ARCHIVED }],
    ['2.2.6 alice deletes softly', true, { subject: ALICE, action: softly(true), resource: RECORD_1 }],
    ['2.2.7 alice deletes for good', false, { subject: ALICE, action: softly(false), resource: RECORD_1 }],
  ])('%s: %s', async (_, expected, request) => {
    expect(await answer(request)).toBe(expected);
  });

  test('bob without the property is no admin, also after an admin of the same id was answered', async () => {
    expect(await answer({ subject: admin, action: write, resource: RECORD_1 })).toBe(true);
    expect(await answer({ subject: BOB, action: write, resource: RECORD_1 })).toBe(false);
  });
});

describe('Discovery', () => {
  test('6 says where the endpoints are, search included', async () => {
    const { status, headers, body } = await app.call('GET', '/.well-known/authzen-configuration', { key: null });
    expect(status).toBe(200);
    expect(headers.get('Content-Type')).toBe('application/json');
    expect(body).toEqual({
      policy_decision_point: 'http://sparkgate.test',
      access_evaluation_endpoint: 'http://sparkgate.test/access/v1/evaluation',
      access_evaluations_endpoint: 'http://sparkgate.test/access/v1/evaluations',
      search_subject_endpoint: 'http://sparkgate.test/access/v1/search/subject',
      search_resource_endpoint: 'http://sparkgate.test/access/v1/search/resource',
      search_action_endpoint: 'http://sparkgate.test/access/v1/search/action',
      supported_obligations: ['custom'],
    });
  });

  test('the advertised endpoints are the ones that answer', async () => {
    const { body } = await app.call('GET', '/.well-known/authzen-configuration', { key: null });
    for (const endpoint of [body.access_evaluation_endpoint, body.access_evaluations_endpoint]) {
      const answered = await app.call('POST', new URL(endpoint).pathname, { body: ALICE_READS });
      expect(answered).toMatchObject({ status: 200, body: { decision: true } });
    }
  });
});
