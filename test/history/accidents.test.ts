import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { SEED } from '../support/seed.ts';
import { cleanUp, type Service } from '../support/service.ts';
import { Recorder, type Node } from './load.ts';
import { startNodes } from './nodes.ts';
import { randomFrom } from './random.ts';
import { cellsOf } from './scripts.ts';
import { told, violationsIn } from './verdict.ts';

let database: TestDatabase;
let nodes: Service[];
const settings = () => ({ DATABASE_URL: database.servingUrl, REQUEST_TIMEOUT: '5' });

beforeAll(async () => {
  database = await testDatabase();
  nodes = await startNodes(2, settings());
});
afterAll(async () => {
  await cleanUp();
  await database.drop();
});

test(`nothing is wrong and nothing lost when a node freezes, and when it is killed (seed ${SEED})`, async () => {
  const [first, second] = nodes as [Service, Service];
  const random = randomFrom(SEED);
  const reached: Node[] = [{ url: first.url }, { url: second.url }];
  const load = { nodes: reached, cells: cellsOf(1, random, `a${SEED}`), random, patience: 60_000, keepsNode: true };
  const recorder = new Recorder(load);
  await recorder.begin();
  const over = new AbortController();
  const running = recorder.run(Number.POSITIVE_INFINITY, over.signal);
  await delay(1000);
  first.kill('SIGSTOP');
  await delay(2500);
  first.kill('SIGCONT');
  await delay(1000);
  first.kill('SIGKILL');
  const [again] = await startNodes(1, settings());
  reached[0]!.url = again!.url;
  await delay(1000);
  over.abort();
  await running;
  await recorder.end();
  const { operations } = recorder;
  const found = violationsIn(operations).map((it) => told(it, operations));
  expect(found.slice(0, 3).join('\n\n')).toBe('');
  // Both accidents befell somebody.
  expect(operations.some(({ node, outcome }) => node === 0 && outcome !== 'answered')).toBe(true);
});
