import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { bringAgency } from '../support/agency.ts';
import { DESK, inBrowser } from '../support/chromium.ts';
import { clicksOf, documentedClicks } from '../support/counted-tasks.ts';

inBrowser('the tasks of the console', (stage) => {
  beforeAll(async () => bringAgency(stage.app, { accounts: 60, members: 120, holders: 80 }));

  test('each takes as many clicks as the documentation says', async () => {
    const counted = await clicksOf(stage, { ...DESK, locale: 'en-US' });
    const documented = documentedClicks(await readFile('docs/console.md', 'utf8'));
    expect(counted).toHaveLength(20);
    expect(counted).toEqual(documented);
    const [give, remove, see] = ['Give ten', 'Remove one of', 'See what'].map(
      (name) => counted.find(([task]) => task.startsWith(name))?.[1] ?? Infinity,
    );
    expect([give, remove, see].map((clicks, at) => Number(clicks) <= ([8, 4, 2][at] ?? 0))).toEqual([true, true, true]);
  });
});
