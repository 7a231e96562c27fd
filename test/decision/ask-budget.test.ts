import { expect, test } from 'vitest';
import { decisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import type { StoredInput } from '../../src/decision/decision-input.ts';
import { AskBudget } from '../../src/decision/reasons/ask-budget.ts';
import { whyNot, type WhyNot } from '../../src/decision/reasons/why-not.ts';
import { GIVEN, STORED_KINDS } from '../../src/facts/kinds.ts';
import { factsWith } from '../../src/facts/kind.ts';
import { CENTER_PATHS, type AccessPath, type TiktokAccountVector } from '../../src/facts/tiktok-account.ts';

/** Somebody with every path there can be through Business Centers, but those by which this is allowed. */
const PATHS = CENTER_PATHS.filter((path) => !mayPost(path));
const INPUT = decisionInput({
  kind: 'tiktok_account',
  action: 'read_profile',
  roles: ['user'],
  resourceAttr: factsWith(STORED_KINDS.tiktok_account.facts, { paths: PATHS }),
}) as StoredInput;

function mayPost({ grant, assigned }: AccessPath): boolean {
  return grant === 'ACTIVE' && assigned.includes('POST');
}

/** What is missing, as far as so many questions tell. */
async function within(most: number): Promise<WhyNot & { asked: number }> {
  const budget = new AskBudget(most);
  let asked = 0;
  const why = await whyNot(INPUT, GIVEN, async ({ resourceAttr }) => {
    budget.take();
    asked += 1;
    return (resourceAttr as TiktokAccountVector).paths.some((path) => mayPost(path));
  });
  return { ...why, asked };
}

const codes = ({ reasons }: WhyNot): string[] => reasons.map(({ code }) => code);

test('with budget enough all ways are looked at', async () => {
  const whole = await within(10_000);
  expect([codes(whole), whole.incomplete]).toEqual([['NO_ASSIGNMENT'], false]);
});

test('the nearest ways are looked at first: part of the budget finds the same, and says that it is part', async () => {
  const { asked } = await within(10_000);
  const part = await within(Math.floor(asked / 2));
  expect([codes(part), part.incomplete]).toEqual([['NO_ASSIGNMENT'], true]);
  expect(part.asked).toBeLessThanOrEqual(asked / 2);
});

test('without any budget nothing is found, which is said', async () => {
  expect(await within(0)).toEqual({ reasons: [], moves: null, incomplete: true, asked: 0 });
});
