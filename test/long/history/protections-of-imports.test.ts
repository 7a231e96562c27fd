import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { treeWith } from './edited-tree.ts';
import { OF_IMPORTS } from './protections.ts';

test.each(Object.entries(OF_IMPORTS))('without it a race is lost: %s', async (name, edit) => {
  const tree = await treeWith([edit], ['test', 'vitest.config.ts']);
  try {
    const report = join(tree.root, 'report.json');
    const args = [
      'vitest',
      'run',
      'test/races/imports.test.ts',
      '--reporter=json',
      `--outputFile=${report}`,
      '--bail=1',
    ];
    await once(spawn('npx', args, { cwd: tree.root, stdio: 'ignore', env: OWN }), 'exit');
    const { numPassedTests, testResults } = JSON.parse(await readFile(report, 'utf8')) as Report;
    const failed = testResults.flatMap((it) => it.assertionResults).filter((it) => it.status === 'failed');
    console.log(
      `${name}: ${failed.map((it) => it.title).join('; ') || `nothing was found in ${numPassedTests} races`}`,
    );
    expect(failed.length).toBeGreaterThan(0);
  } finally {
    await tree.remove();
  }
});

/** What this run of tests says to its workers is not for another. */
const OWN = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));

interface Report {
  numPassedTests: number;
  testResults: { assertionResults: { title: string; status: string }[] }[];
}
