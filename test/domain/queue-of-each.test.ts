import { expect, test } from 'vitest';
import { queueOfEach } from '../../src/domain/write-queue.ts';

/** A queue of two at a time, and jobs that last until they are let go. */
function asking(): { ask: (of: string) => Promise<void>; begun: string[]; letGo: () => void } {
  const run = queueOfEach({ running: 2, waiting: 2 });
  const begun: string[] = [];
  const waiting: (() => void)[] = [];
  const ask = async (of: string): Promise<void> =>
    run(of, async () => {
      begun.push(of);
      await new Promise<void>((resolve) => waiting.push(resolve));
    });
  return { ask, begun, letGo: () => waiting.splice(0).forEach((it) => it()) };
}

const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('nobody waits behind what another has asked', async () => {
  const { ask, begun, letGo } = asking();
  const asked = ['mallory', 'mallory', 'mallory', 'mallory', 'adm'].map(ask);
  await settled();
  expect(begun).toEqual(['mallory', 'mallory', 'adm']);
  letGo();
  await settled();
  expect(begun).toEqual(['mallory', 'mallory', 'adm', 'mallory', 'mallory']);
  letGo();
  await Promise.all(asked);
});

test('who asks too much at once is refused, and nobody else', async () => {
  const { ask, letGo } = asking();
  const asked = Array.from({ length: 4 }, async () => ask('mallory'));
  await settled();
  await expect(ask('mallory')).rejects.toMatchObject({ code: 'unavailable', retryAfter: 1 });
  const other = ask('adm');
  await settled();
  letGo();
  await settled();
  letGo();
  await Promise.all([...asked, other]);
  const again = ask('mallory');
  await settled();
  letGo();
  await again;
});
