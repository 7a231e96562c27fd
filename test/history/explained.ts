import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { SEED } from '../support/seed.ts';
import { cleanUp, type Service } from '../support/service.ts';
import { cellsOf } from './scripts.ts';
import { Recorder } from './load.ts';
import { startNodes } from './nodes.ts';
import { randomFrom } from './random.ts';
import { latencies, told, violationsIn } from './verdict.ts';

interface Size {
  operations: number;
  /** So many cells of each sort. */
  ofEach: number;
  /** Whether it prints how long each kind of operation took. */
  reports?: boolean;
}

/** Declares the test that an order explains every answer of two nodes on one database to many clients at once. */
export function explained({ operations, ofEach, reports = false }: Size): void {
  let database: TestDatabase;
  let nodes: Service[];
  beforeAll(async () => {
    database = await testDatabase();
    nodes = await startNodes(2, { DATABASE_URL: database.servingUrl });
  });
  afterAll(async () => {
    await cleanUp();
    await database.drop();
  });

  test(`an order explains all answers of two nodes in ${operations} operations (seed ${SEED})`, async () => {
    const random = randomFrom(SEED);
    const recorder = new Recorder({ nodes, cells: cellsOf(ofEach, random), random, patience: 120_000 });
    await recorder.begin();
    await recorder.run(operations);
    await recorder.end();
    const { operations: all } = recorder;
    if (reports) console.table(latencies(all));
    const found = violationsIn(all);
    expect(
      found
        .slice(0, 3)
        .map((it) => told(it, all))
        .join('\n\n'),
    ).toBe('');
    expect(found).toHaveLength(0);
    expect(all.length).toBeGreaterThan(operations);
  });
}
