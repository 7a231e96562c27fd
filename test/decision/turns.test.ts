import { setImmediate as later } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns, type LaneBounds } from '../../src/decision/turns.ts';
import { inSlices } from '../../src/domain/in-slices.ts';

const SMALL: LaneBounds = { running: 4, runningOfOne: 2, waiting: 6, waitingOfOne: 4 };
const LARGE: LaneBounds = { running: 200, runningOfOne: 100, waiting: 300, waitingOfOne: 200 };

/** Turns of which it is known who began, and that end when told to. */
function watched() {
  const turns = new Turns({ small: SMALL, large: LARGE });
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const refused: string[] = [];
  const ask = (name: string, caller: string, size = 1): void => {
    const work = async (): Promise<void> => {
      begun.push(name);
      return new Promise((resolve) => void ends.set(name, resolve));
    };
    turns.run(caller, size, work).catch((error: { code: string; retryAfter: number }) => {
      refused.push(`${name} ${error.code} ${error.retryAfter}`);
    });
  };
  const end = async (...names: string[]): Promise<void> => {
    await later();
    for (const name of names) ends.get(name)?.();
    await later();
  };
  return { ask, begun, end, refused };
}

test('one caller has part of the room, and the others the rest', async () => {
  const { ask, begun } = watched();
  for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'b3']) ask(name, name.slice(0, 1));
  await later();
  expect(begun).toEqual(['a1', 'a2', 'b1', 'b2']);
});

test('callers who wait take turns, however many ask for one of them', async () => {
  const { ask, begun, end } = watched();
  for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2', 'b3']) ask(name, name.slice(0, 1));
  await end('a1', 'b1', 'a2', 'b2');
  expect(begun.slice(4)).toEqual(['a3', 'b3', 'a4']);
  await end('b3');
  expect(begun.slice(7)).toEqual([]);
  await end('a3');
  expect(begun.slice(7)).toEqual(['a5']);
});

test('what would wait too long is refused at once, of one caller and in all; then all is as before', async () => {
  const { ask, begun, end, refused } = watched();
  const names = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'b1', 'b2', 'b3', 'b4', 'b5'];
  for (const name of names) ask(name, name.slice(0, 1));
  await later();
  expect(refused).toEqual(['a7 unavailable 1', 'b5 unavailable 1']);
  for (let round = 0; round < 6; round += 1) await end(...begun);
  expect(begun.toSorted()).toEqual(names.filter((name) => name !== 'a7' && name !== 'b5'));
  ask('a8', 'a');
  expect(begun).toContain('a8');
});

test('small requests do not wait for large ones, and a larger one than there is room for has its turn', async () => {
  const { ask, begun, end } = watched();
  ask('large', 'a', 1000);
  ask('larger', 'a', 60);
  ask('small', 'a');
  await later();
  expect(begun).toEqual(['large', 'small']);
  await end('large');
  expect(begun).toEqual(['large', 'small', 'larger']);
});

test('what is decided in slices lets others have their turn between them', async () => {
  const events: string[] = [];
  const work = inSlices(
    Array.from({ length: 120 }, (_, n) => n),
    async (n) => {
      if (n % 50 === 0) events.push(`slice ${n}`);
      return n * 2;
    },
  );
  setImmediate(() => events.push('another'));
  expect((await work)[119]).toBe(238);
  expect(events).toEqual(['slice 0', 'another', 'slice 50', 'slice 100']);
});

test('whether there is room is told before anything is read', async () => {
  const turns = new Turns({ small: { running: 1, runningOfOne: 1, waiting: 1, waitingOfOne: 1 } });
  const ended = Promise.withResolvers<void>();
  const run = async () => turns.run('a', 1, async () => ended.promise);
  const both = [run()];
  expect(() => turns.requireRoom('a', 1)).not.toThrow();
  both.push(run());
  expect(() => turns.requireRoom('a', 1)).toThrow('Too many are waiting');
  ended.resolve();
  await Promise.all(both);
  expect(() => turns.requireRoom('a', 1)).not.toThrow();
});
