import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestApp } from '../support/app.ts';
import {
  ALICE,
  ALICE_READS,
  ARCHIVED,
  BOB,
  decisions,
  evaluations,
  RECORD_1,
  RECORD_2,
  recordApp,
} from '../support/record.ts';

// The AuthZEN 1.0 certification scenario, level Batch (Core, Properties), and the semantics of section 7.1.2.

let app: TestApp;
beforeAll(async () => {
  app = await recordApp();
});
afterAll(async () => app.close());

const batch = async (body: unknown): Promise<unknown> => decisions(await evaluations(app, body));
const read = { name: 'read' };
const write = { name: 'write' };
const admin = { ...BOB, properties: { role: 'admin' } };
const ACTIVE = { ...RECORD_1, properties: { status: 'active' } };

describe('Batch Core', () => {
  test('3.2.1, 3.3.4 two resources under defaults, and no decision beside the list', async () => {
    const { body } = await evaluations(app, {
      subject: ALICE,
      action: read,
      evaluations: [{ resource: RECORD_1 }, { resource: RECORD_2 }],
    });
    expect(Object.keys(body)).toEqual(['evaluations']);
    expect(body.evaluations).toMatchObject([{ decision: true }, { decision: true }]);
  });

  test('3.2.2, 3.3.2 answers stand in the order of the questions', async () => {
    const items = [{ action: read }, { action: write }];
    expect(await batch({ subject: BOB, resource: RECORD_1, evaluations: items })).toEqual([true, false]);
    expect(await batch({ subject: BOB, resource: RECORD_1, evaluations: items.toReversed() })).toEqual([false, true]);
    const many = Array.from({ length: 600 }, (_, index) => ({ action: index % 3 === 0 ? read : write }));
    expect(await batch({ subject: BOB, resource: RECORD_1, evaluations: many })).toEqual(
      many.map(({ action }) => action === read),
    );
  });

  test('3.2.5 needs no defaults', async () => {
    const bobWrites = { subject: BOB, action: write, resource: RECORD_1 };
    expect(await batch({ evaluations: [ALICE_READS, bobWrites] })).toEqual([true, false]);
  });

  test("3.2.6 an item's context stands in for the common one", async () => {
    const common = { subject: BOB, action: { name: 'read_urgently' }, context: { urgent: true } };
    const items = [{ resource: RECORD_1 }, { resource: RECORD_1, context: { source: 'override' } }];
    expect(await batch({ ...common, evaluations: items })).toEqual([true, false]);
  });

  test('3.4.1 an item that is not valid is denied in its place, and says why', async () => {
    const { status, body } = await evaluations(app, {
      subject: ALICE,
      action: read,
      evaluations: [{ resource: RECORD_1 }, {}, 'record-1', { resource: RECORD_2 }, { resource: { type: 'record' } }],
    });
    expect(status).toBe(200);
    expect(body.evaluations.map((it: { decision: unknown }) => it.decision)).toEqual([true, false, false, true, false]);
    expect(body.evaluations[1].context.error).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(body.evaluations[4].context.error.message).toContain('/resource/id');
  });

  test('3.4.2, 3.4.3 without evaluations, or with none, it answers as a single evaluation', async () => {
    for (const body of [ALICE_READS, { ...ALICE_READS, evaluations: [] }]) {
      const answer = await evaluations(app, body);
      expect(answer).toMatchObject({ status: 200, body: { decision: true } });
      expect(answer.body).not.toHaveProperty('evaluations');
    }
  });

  test.each([{}, { subject: ALICE }, { action: read, resource: RECORD_1 }])(
    'none, and only %j beside it',
    async (beside) => {
      const { status, body } = await evaluations(app, { ...beside, evaluations: [] });
      expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([400, ['/evaluations']]);
    },
  );

  test.each([
    ['malformed JSON', '{"evaluations": ['],
    ['an empty body', ''],
    ['evaluations that are no list', { ...ALICE_READS, evaluations: {} }],
    ['a default that is no object', { ...ALICE_READS, subject: 'alice', evaluations: [{}] }],
    ['an unknown semantic', { ...ALICE_READS, evaluations: [{}], options: { evaluations_semantic: 'any' } }],
    ['more items than are taken', { ...ALICE_READS, evaluations: Array.from({ length: 1001 }, () => ({})) }],
  ])('400 for the whole: %s', async (_, body) => {
    expect((await evaluations(app, body)).status).toBe(400);
  });
});

describe('Batch Properties', () => {
  test("3.2.3, 3.2.4 each item's properties count for it alone", async () => {
    const resources = [{ resource: ACTIVE }, { resource: ARCHIVED }];
    expect(await batch({ subject: ALICE, action: write, evaluations: resources })).toEqual([true, false]);
    const subjects = [{ subject: ALICE }, { subject: admin }, { subject: BOB }];
    expect(await batch({ action: write, resource: ARCHIVED, evaluations: subjects })).toEqual([false, true, false]);
  });

  test('items of one id with different properties are not confused', async () => {
    const statuses = ['active', 'archived', 'active', 'archived'];
    const items = statuses.map((status) => ({ resource: { ...RECORD_1, properties: { status } } }));
    expect(await batch({ subject: ALICE, action: write, evaluations: items })).toEqual([true, false, true, false]);
  });

  test('3.2.7 an item takes from a partial default what it leaves out', async () => {
    const items = [{ resource: { id: 'record-1', properties: { status: 'active' } } }, { resource: ARCHIVED }];
    const common = { subject: ALICE, action: write, resource: { type: 'record' } };
    expect(await batch({ ...common, evaluations: items })).toEqual([true, false]);
  });

  test("3.2.7 but not the default's properties: an item's entity replaces it whole", async () => {
    const items = [{}, { resource: { id: 'record-1' } }];
    expect(await batch({ subject: ALICE, action: write, resource: ARCHIVED, evaluations: items })).toEqual([
      false,
      true,
    ]);
    const subjects = [{}, { subject: { id: 'bob' } }];
    expect(await batch({ subject: admin, action: write, resource: RECORD_1, evaluations: subjects })).toEqual([
      true,
      false,
    ]);
  });
});

describe('three semantics', () => {
  const items = [{ action: read }, { action: write }, { action: read }, { action: write }];
  const under = async (semantic: string, evaluated = items): Promise<unknown> =>
    batch({
      subject: BOB,
      resource: RECORD_1,
      evaluations: evaluated,
      options: { evaluations_semantic: semantic, other: 1 },
    });

  test('execute_all answers all', async () => {
    expect(await under('execute_all')).toEqual([true, false, true, false]);
  });

  test('deny_on_first_deny ends with the first denial', async () => {
    expect(await under('deny_on_first_deny')).toEqual([true, false]);
    expect(await under('deny_on_first_deny', [{ action: read }, { action: read }])).toEqual([true, true]);
  });

  test('permit_on_first_permit ends with the first permit', async () => {
    expect(await under('permit_on_first_permit')).toEqual([true]);
    expect(await under('permit_on_first_permit', items.toReversed())).toEqual([false, true]);
    expect(await under('permit_on_first_permit', [{ action: write }])).toEqual([false]);
  });
});
