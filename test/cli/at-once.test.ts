import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../packages/policy-workbench/test/support.ts';
import { withLiveDatabase } from '../../src/cli/policy/live-database.ts';
import { readConfig } from '../../src/config.ts';
import { inOfflineContext } from '../../src/runtime/offline-context.ts';

test('commands that look at one embedded database at once each see it', async () => {
  const config = readConfig({ DATA_DIR: join(await temporaryFolder(), 'data') });
  await inOfflineContext(config, async () => undefined);
  const look = async (): Promise<unknown> =>
    withLiveDatabase(config, async (live) => Array.fromAsync(live.rows('select 1 as one')));
  expect(await Promise.all([look(), look(), look()])).toEqual([1, 2, 3].map(() => [{ one: 1 }]));
});
