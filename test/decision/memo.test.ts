import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { Memo, type MemoOptions } from '../../src/decision/memo.ts';
import { Pdp } from '../../src/decision/pdp.ts';
import { decisionInput, type DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import type { BusinessCenterVector } from '../../src/facts/business-center.ts';
import type { TestApp } from '../support/app.ts';
import { gateBefore } from '../support/gate.ts';
import { recordApp } from '../support/record.ts';

const OPTIONS: MemoOptions = { bundleHash: 'test', holdsFor: null, remembers: () => true };

/** A memory of its own over the run's Cerbos. */
function memory(options: Partial<MemoOptions> = {}, target = inject('cerbosTarget')): { memo: Memo; pdp: Pdp } {
  const pdp = new Pdp(target);
  onTestFinished(() => pdp.close());
  return { memo: new Memo(pdp, { ...OPTIONS, ...options }), pdp };
}

const asks = (vector: BusinessCenterVector): DecisionInput =>
  decisionInput({
    kind: 'business_center',
    action: 'request_account_access',
    roles: ['user'],
    resourceAttr: vector,
  });
const ADMIN = asks({ user_role: 'ADMIN', frozen_by: null, scopes: ['POST'] });
const STANDARD = asks({ user_role: 'STANDARD', frozen_by: null, scopes: ['POST'] });

test('one situation is asked once, however often and however many at once', async () => {
  const { memo, pdp } = memory();
  const together = await Promise.all(Array.from({ length: 500 }, async () => memo.ask(structuredClone(ADMIN))));
  expect(together.every((answer) => answer.allowed)).toBe(true);
  expect(await memo.ask(ADMIN)).toEqual({ allowed: true, refused: [] });
  expect(pdp.asked).toEqual({ calls: 1, questions: 1 });
  expect(memo.size).toEqual({ distinct: 1, hits: 500 });
});

test('different situations that come together go out in one call, and each gets its own answer', async () => {
  const { memo, pdp } = memory();
  const mixed = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? ADMIN : STANDARD));
  const answers = await Promise.all(mixed.map(async (question) => memo.ask(question)));
  expect(answers.map((answer) => answer.allowed)).toEqual(mixed.map((question) => question === ADMIN));
  expect(pdp.asked).toEqual({ calls: 1, questions: 2 });
});

test('whatever is sent is part of what is remembered', async () => {
  const { memo, pdp } = memory();
  const others: Partial<DecisionInput>[] = [
    {},
    { action: 'view_access_requests' },
    { roles: ['tiktok_account'] },
    { principalId: 'other' },
    { principalAttr: { a: 1 } },
    { resourceId: 'other' },
    { kind: 'nothing' },
    { resourceAttr: { user_role: null, scopes: ['POST'] } },
  ];
  const answers = await Promise.all(others.map(async (other) => memo.ask({ ...ADMIN, ...other })));
  expect(answers.map(({ allowed }) => allowed)).toEqual([true, true, false, true, true, true, false, false]);
  expect(pdp.asked.questions).toBe(others.length);
});

test.each([
  ['a', 1],
  ['授', 2],
])('what is remembered is bounded in bytes, of which %s takes %i', async (character, each) => {
  const mostBytes = 100_000;
  const { memo } = memory({ mostBytes });
  const text = character.repeat(2000);
  await Promise.all(Array.from({ length: 60 }, async (_, n) => memo.ask({ ...ADMIN, principalAttr: { [text]: n } })));
  const { distinct } = memo.size;
  expect(distinct).toBeGreaterThan(10);
  expect(distinct * text.length * each).toBeLessThan(mostBytes);
});

test('what the schema refuses is denied, with the complaint', async () => {
  const { memo } = memory();
  const answer = await memo.ask({ ...ADMIN, resourceAttr: { user_role: 'OWNER', scopes: null } });
  expect(answer.allowed).toBe(false);
  expect(answer.refused).toContainEqual({ side: 'resource', path: '/user_role', message: expect.any(String) });
});

test('a kind whose policy looks at the clock is asked anew each time', async () => {
  const { memo, pdp } = memory({ remembers: ({ kind }) => kind !== 'business_center' });
  await memo.ask(ADMIN);
  await memo.ask(ADMIN);
  expect(pdp.asked.questions).toBe(2);
  expect(memo.size.distinct).toBe(0);
});

test('failures are not remembered: the next question reaches the PDP again', async () => {
  const gate = await gateBefore(inject('cerbosTarget'));
  const { memo } = memory({}, gate.target);
  const shut = await Promise.allSettled([memo.ask(ADMIN), memo.ask(ADMIN), memo.ask(STANDARD)]);
  expect(shut.map((it) => it.status)).toEqual(['rejected', 'rejected', 'rejected']);
  await expect(memo.ask(ADMIN)).rejects.toMatchObject({ code: 'unavailable' });
  expect(memo.size.distinct).toBe(0);
  await gate.open();
  await expect
    .poll(async () => memo.ask(ADMIN).catch(() => null), { timeout: 20_000 })
    .toMatchObject({ allowed: true });
  expect((await memo.ask(STANDARD)).allowed).toBe(false);
});

describe('values that differ never share an answer', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await recordApp();
  });
  afterAll(async () => app.close());

  const VALUES = { is_true: 'true', is_text_zero: '"0"', is_number_zero: '0', is_null: 'null', is_absent: null };
  const body = (action: string, value: string | null, where: string): string =>
    `{"subject": {"type": "user", "id": "sam"}, "action": {"name": "${action}"}, "context": {"where": "${where}"},
      "resource": {"type": "echo", "id": "1", "properties": {${value === null ? '' : `"value": ${value}`}}}}`;
  const allows = async (action: string, value: string | null, where = ''): Promise<boolean> =>
    (await app.call('POST', '/access/v1/evaluation', { body: body(action, value, where) })).body.decision;

  test.each(Object.keys(VALUES))('%s is so of one value only', async (action) => {
    const others = ['1', 'false', '"null"', '""', '[0]', '{}', '"true"'];
    const values = [...Object.values(VALUES), ...others];
    const answers = await Promise.all(values.map(async (value) => allows(action, value)));
    expect(values.filter((_, index) => answers[index])).toEqual([VALUES[action as keyof typeof VALUES]]);
  });

  test.each([
    ['0', '-0'],
    ['-0', '0'],
  ])('%s asked first, then %s', async (first, second) => {
    const answers = [];
    for (const value of [first, second, first]) {
      answers.push(await allows('is_written_with_a_minus', value, `after ${first}`));
    }
    expect(answers).toEqual([first === '-0', second === '-0', first === '-0']);
    const where = `together with ${first}`;
    const asked = await Promise.all([first, second].map(async (it) => allows('is_written_with_a_minus', it, where)));
    expect(asked).toEqual([first === '-0', second === '-0']);
  });
});

test('what the PDP cannot read is refused alone, not with what came along', async () => {
  const { memo } = memory();
  const unreadable = { ...ADMIN, resourceAttr: { '': 1 } };
  const [fine, refused] = await Promise.allSettled([memo.ask(ADMIN), memo.ask(unreadable)]);
  expect(fine).toMatchObject({ status: 'fulfilled', value: { allowed: true } });
  expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'invalid_request' } });
});
