import { expect, test } from 'vitest';
import { decide, type Question } from '../oracle/rules.ts';
import { emptyWorld, type World } from '../oracle/world.ts';
import { write } from '../oracle/writes.ts';
import { People } from './cells.ts';
import type { Call, CellOperation } from './meaning.ts';
import { violationsIn } from './verdict.ts';

const people = new People('c');
const { createSparkAd, readVideos } = people;
const FACTS = people.facts();

type Said = boolean[] | 'done' | 'refused' | '503' | 'cut' | 'endless';

type Step = [from: number, to: number, call: Call, said: Said];

/** A history by hand: each operation with its time, and what was said to it. */
function judged(...lines: Step[]): string[] {
  const all: typeof lines = [[0, 1, people.import(FACTS), 'done'], ...lines];
  const operations = all.map(([start, end, call, said], id): CellOperation => {
    const base = { id, cell: 'c', client: 'one', node: 0, call, start, end, said: '' };
    if (Array.isArray(said)) return { ...base, outcome: 'answered', answers: said.map(answer) };
    if (said === '503') return { ...base, outcome: 'did not happen' };
    if (said === 'cut') return { ...base, outcome: 'open' };
    if (said === 'endless') return { ...base, outcome: 'open', end: null };
    return { ...base, outcome: 'answered', done: said === 'done', made: { id: 'r1', token: 't1' } };
  });
  return violationsIn(operations).map(({ violation }) => violation);
}

function answer(decision: boolean): NonNullable<CellOperation['answers']>[number] {
  return {
    status: 200,
    body: { decision, context: { via: decision ? 'BUSINESS_CENTER' : null, reasons: [], obligations: [] } },
  };
}

const ask = (...questions: Question[]): Call => ({ ask: questions });
const about = { id: 'r1', token: 't1', bcId: people.bcId };

test('the world of a cell is one in which there is something to lose', () => {
  const world: World = emptyWorld();
  expect(write(world, { do: 'import', lines: FACTS })).toBe('done');
  expect(['lee', 'sam'].map((name) => decide(world, createSparkAd(name)).decision)).toEqual([true, false]);
});

test('a history in which all is well', () => {
  expect(
    judged(
      [2, 3, people.assign('adm', 'sam', ['POST']), 'done'],
      [4, 5, ask(createSparkAd('sam'), readVideos('lee')), [true, true]],
      [6, 20, people.revokeAsOwner(), 'done'],
      [7, 8, ask(createSparkAd('sam')), [true]],
      [9, 10, ask(createSparkAd('sam'), readVideos('lee')), [false, false]],
      [21, 22, people.assign('adm', 'sam', ['POST']), 'refused'],
      [23, 24, people.request('adm', ['POST']), 'done'],
      [25, 26, people.approve(about), 'done'],
      [27, 28, people.approve(about), 'refused'],
      [29, 30, ask(createSparkAd('lee')), [false]],
      [31, 32, people.assign('second', 'lee', ['POST']), 'done'],
      [33, 34, ask(createSparkAd('lee')), [true]],
    ),
  ).toEqual([]);
});

const revoked: Step = [2, 3, people.revokeAsOwner(), 'done'];
const removed: Step = [2, 3, people.removeMember('second'), 'done'];
const assigned: Step = [2, 3, people.assign('adm', 'sam', ['POST']), 'done'];
const analyst: Step = [4, 5, people.putRole('sam', 'ANALYST'), 'done'];
const EXCHANGE = people.import([people.roleLine('sam', 'OPERATOR'), people.roleLine('lee', 'ANALYST')]);
const BATCH = ask(createSparkAd('sam'), createSparkAd('lee'));

test.each<[name: string, violation: string, ...steps: Step[]]>([
  ['a check after a revocation', 'wrong ALLOW', revoked, [4, 5, ask(readVideos('lee')), [true]]],
  ['a check after a grant', 'wrong DENY', assigned, [4, 5, ask(readVideos('sam')), [false]]],
  [
    'of two revocations at once one is not seen',
    'wrong ALLOW',
    [2, 9, people.revokeAsOwner(), 'done'],
    [2, 9, people.removeMember('lee'), 'done'],
    [10, 11, ask(people.view('lee')), [true]],
  ],
  [
    'an assignment comes back with the grant',
    'wrong ALLOW',
    revoked,
    [4, 5, people.request('adm', ['POST']), 'done'],
    [6, 7, people.approve(about), 'done'],
    [8, 9, ask(readVideos('lee')), [true]],
  ],
  [
    'an assignment comes back with the membership',
    'wrong ALLOW',
    [2, 3, people.removeMember('lee'), 'done'],
    [4, 5, people.putMember('lee', 'STANDARD'), 'done'],
    [6, 7, ask(readVideos('lee')), [true]],
  ],
  [
    'somebody writes after their own removal',
    'done, though the rules refuse it',
    removed,
    [4, 5, people.assign('second', 'sam', ['POST']), 'done'],
  ],
  [
    'an administrator is refused',
    'refused, though the rules allow it',
    [4, 5, people.assign('second', 'sam', ['POST']), 'refused'],
  ],
  [
    'a request is approved though its administrator was demoted',
    'done, though the rules refuse it',
    [2, 3, people.request('second', ['POST']), 'done'],
    [4, 5, people.putMember('second', 'STANDARD'), 'done'],
    [6, 7, people.approve(about), 'done'],
  ],
  [
    'a refused write happened',
    'refused, and yet happened',
    [2, 9, people.removeMember('second'), 'done'],
    [3, 8, people.assign('second', 'sam', ['POST']), 'refused'],
    [4, 5, ask(readVideos('sam')), [true]],
  ],
  [
    'a write that was answered 503 happened',
    'answered that it did not happen, and yet happened',
    [2, 3, people.assign('adm', 'sam', ['POST']), '503'],
    [6, 7, ask(readVideos('sam')), [true]],
  ],
  [
    'a batch of what never held together, though each of it did',
    'answers of two moments',
    assigned,
    analyst,
    [6, 9, EXCHANGE, 'done'],
    [6, 9, BATCH, [true, true]],
  ],
  [
    'an import of which a part took effect',
    'wrong DENY',
    assigned,
    analyst,
    [6, 7, EXCHANGE, 'done'],
    [8, 9, BATCH, [false, false]],
  ],
])('%s: %s', (_, violation, ...steps) => {
  expect(judged(...steps)).toEqual([violation]);
});

test('what nobody knows may have happened or not; what never ended is told', () => {
  const cut: [number, number, Call, Said] = [2, 3, people.revokeAsOwner(), 'cut'];
  expect(judged(cut, [4, 5, ask(readVideos('lee')), [true]], [6, 7, ask(readVideos('lee')), [false]])).toEqual([]);
  expect(judged(cut, [4, 5, ask(readVideos('lee')), [false]], [6, 7, ask(readVideos('lee')), [true]])).toEqual([
    'wrong ALLOW',
  ]);
  expect(judged([2, 3, people.revokeAsOwner(), 'endless'])).toEqual(['never ended']);
});
