import { afterEach, expect, test } from 'vitest';
import { recordHistory } from '../../history/explained.ts';
import { startNodes } from '../../history/nodes.ts';
import { told, violationsIn } from '../../history/verdict.ts';
import { testDatabase } from '../../support/database.ts';
import { SEED } from '../../support/seed.ts';
import { cleanUp } from '../../support/service.ts';
import { treeWith } from './edited-tree.ts';
import { PROTECTIONS } from './protections.ts';

/** So many histories are tried, each of so many operations, until something shows. */
const HISTORIES = 10;
const OPERATIONS = 3000;

afterEach(cleanUp);

test.each(Object.entries(PROTECTIONS))(`without it something is wrong: %s (seed ${SEED})`, async (name, edits) => {
  const tree = await treeWith(edits);
  // Empty, so that the edited tree makes its schema.
  const database = await testDatabase('template0');
  try {
    const nodes = await startNodes(2, { DATABASE_URL: database.url }, tree.root);
    const found = await firstFound(nodes);
    console.log(`${name}: ${found}`);
    expect(found).not.toBe('nothing was found');
  } finally {
    await cleanUp();
    await database.drop();
    await tree.remove();
  }
});

async function firstFound(nodes: Awaited<ReturnType<typeof startNodes>>): Promise<string> {
  for (let n = 0; n < HISTORIES; n += 1) {
    const operations = await recordHistory(nodes, { operations: OPERATIONS, ofEach: 1, seed: SEED + n });
    const [found] = violationsIn(operations);
    if (found) return `in history ${n + 1}, ${told(found, operations)}`;
  }
  return 'nothing was found';
}
