import { expect, test } from 'vitest';
import { unexplained, type Model, type Operation, type Outcome } from './order.ts';

/** One register: writes set it; where it holds 9 only 0 is taken, and others are refused. Reads have read something. */
interface Op extends Operation {
  name: string;
  sets?: number;
  reads?: number;
  refused?: boolean;
}

const VALUES = Array.from({ length: 10 }, (_, value) => ({ value }));

const REGISTER: Model<{ value: number }, Op> = {
  initial: VALUES[0]!,
  kindOf: ({ reads, refused }) => (reads !== undefined ? 'read' : refused === true ? 'refused' : 'write'),
  apply: (state, { sets, reads, refused, outcome }, forced) => {
    if (reads !== undefined) return !forced && state.value === reads ? state : null;
    const after = state.value === 9 && sets !== 0 ? null : VALUES[sets!]!;
    if (refused !== true || outcome !== 'answered' || forced) return after;
    return after === null ? state : null;
  },
};

/** `w1 0 5`: a write of 1 from 0 to 5; `r1` a read of 1; `x1` a refused write; `-` for an end that nobody saw. */
function history(text: string, outcome: Partial<Record<string, Outcome>> = {}): Op[] {
  return text.split(', ').map((one, id) => {
    const [name = '', start, end] = one.split(' ');
    const value = Number(name[1]);
    const what = name.startsWith('r') ? { reads: value } : { sets: value, refused: name.startsWith('x') };
    const ends = end === '-' ? null : Number(end);
    return { id, name, start: Number(start), end: ends, outcome: outcome[name] ?? 'answered', ...what };
  });
}

const told = (operations: Op[]): string[] =>
  unexplained(operations, REGISTER).map(({ operation, culprit }) =>
    [operation.name, ...(culprit ? [`since ${culprit.name}`] : [])].join(' '),
  );

test.each([
  ['one after the other', 'w1 0 1, r1 2 3, w2 4 5, r2 6 7'],
  ['a read during a write may see either', 'w1 0 1, w2 2 9, r1 3 4, r2 5 6, r2 10 11'],
  ['a read that began before a write may still see what was', 'w1 0 1, r1 2 9, w2 3 4'],
  ['two writes at once, in an order that only reads tell', 'w1 0 9, w2 0 9, r2 1 2, r1 3 4, r1 10 11'],
  [
    'an effect may come before the answer to an earlier write',
    'w1 0 20, w2 1 19, w3 2 18, r3 3 4, r1 5 6, r2 7 8, r2 21 22',
  ],
  ['a refusal that is due', 'w9 0 1, x3 2 3, r9 4 5'],
  ['a refusal that is due only for a moment', 'w9 0 9, x3 1 2'],
])('explained: %s', (_, text) => {
  expect(told(history(text))).toEqual([]);
});

test.each([
  ['a read of what was overwritten before it began', 'w1 0 1, w2 2 3, r1 4 5', 'r1'],
  ['a write that was lost', 'w1 0 1, r0 2 3', 'r0'],
  ['two reads that see two orders', 'w1 0 9, w2 0 9, r1 1 2, r2 3 4, r1 5 6', 'r1'],
  ['a read of the future', 'r1 0 1, w1 2 3', 'r1'],
  ['a write that is done, though it is to be refused', 'w9 0 1, w1 2 3', 'w1'],
  ['a refusal without a cause', 'x1 0 1, r0 2 3', 'x1'],
  ['a refused write that happened', 'w9 0 1, x3 2 3, w0 4 5, r3 6 7, r3 8 9', 'r3 since x3'],
  ['what follows is told as well', 'w1 0 1, w2 2 3, r1 4 5, r2 6 7, r1 8 9', 'r1,r1'],
])('not explained: %s', (_, text, expected) => {
  expect(told(history(text)).join(',')).toBe(expected);
});

test('a write that was answered as not having happened is not there, and is named if it is', () => {
  expect(told(history('w1 0 1, w2 2 3, r1 4 5', { w2: 'did not happen' }))).toEqual([]);
  expect(told(history('w1 0 1, w2 2 3, r1 4 5, r2 6 7, r2 8 9', { w2: 'did not happen' }))).toEqual(['r2 since w2']);
});

test('a write of open outcome may happen late, or never, but not twice', () => {
  const open = { w2: 'open' } as const;
  expect(told(history('w1 0 1, w2 2 3, r1 4 5, r2 6 7', open))).toEqual([]);
  expect(told(history('w1 0 1, w2 2 -, r1 4 5, r1 6 7', open))).toEqual([]);
  expect(told(history('w1 0 1, w2 2 3, r2 4 5, w1 6 7, r2 8 9', open))).toEqual(['r2']);
});

test('many writes at once are put in an order in good time', () => {
  const writes = Array.from({ length: 8 }, (_, n) => `w${n + 1} 0 100`);
  const reads = [5, 3, 8, 1, 7, 2, 6, 4].map((value, n) => `r${value} ${2 * n + 1} ${2 * n + 2}`);
  expect(told(history([...writes, ...reads, 'r4 200 201'].join(', ')))).toEqual([]);
  expect(told(history([...writes, ...reads, 'r5 200 201'].join(', ')))).toEqual(['r5']);
});
