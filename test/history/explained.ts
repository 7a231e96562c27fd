import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { SEED } from '../support/seed.ts';
import { cleanUp, type Service } from '../support/service.ts';
import { Recorder, type Node } from './load.ts';
import type { CellOperation } from './meaning.ts';
import { startNodes } from './nodes.ts';
import { randomFrom } from './random.ts';
import { cellsOf } from './scripts.ts';
import { latencies, told, violationsIn } from './verdict.ts';

interface Size {
  operations: number;
  /** So many cells of each sort. */
  ofEach: number;
}

/** How long a call may take until it counts as one that never ends, in milliseconds. */
const PATIENCE_MS = 120_000;

/**
 * Declares the test that an order explains every answer of two nodes on one database to many clients at once. One answers
 * by one process, the other by two.
 */
export function explained(size: Size, { reports = false } = {}): void {
  let database: TestDatabase;
  let nodes: Service[];
  beforeAll(async () => {
    database = await testDatabase();
    const at = { DATABASE_URL: database.servingUrl };
    const [one, several] = [await startNodes(1, at), await startNodes(1, { ...at, WORKERS: '2' })];
    nodes = [...one, ...several];
  });
  afterAll(async () => {
    await cleanUp();
    await database.drop();
  });

  test(`an order explains all answers of two nodes in ${size.operations} operations (seed ${SEED})`, async () => {
    const operations = await recordHistory(nodes, { ...size, seed: SEED });
    if (reports) console.table(latencies(operations));
    const found = violationsIn(operations);
    expect(
      found
        .slice(0, 3)
        .map((it) => told(it, operations))
        .join('\n\n'),
    ).toBe('');
    expect(found).toHaveLength(0);
    expect(operations.length).toBeGreaterThan(size.operations);
  });
}

/** What many clients do and are answered on fresh cells, with how all of it ended. */
export async function recordHistory(
  nodes: readonly Node[],
  { operations, ofEach, seed }: Size & { seed: number },
): Promise<CellOperation[]> {
  const random = randomFrom(seed);
  const recorder = new Recorder({ nodes, cells: cellsOf(ofEach, random, `s${seed}`), random, patience: PATIENCE_MS });
  await recorder.begin();
  await recorder.run(operations);
  await recorder.end();
  return recorder.operations;
}
