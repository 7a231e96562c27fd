import { join } from 'node:path';
import type { Config } from './config.ts';
import { isDemo, seedDemo } from './demo/seed.ts';
import { DEMO_CENTER } from './demo/world.ts';
import { createKey } from './domain/api-keys/create-key.ts';
import { BusinessCenter } from './domain/business-centers/entity.ts';
import { secretFile } from './platform/secret-file.ts';
import type { Runtime } from './runtime.ts';

/** Makes what a first start needs: an administrator's key beside an embedded database, and the demo's facts. */
export async function prepareFirstUse(runtime: Runtime, config: Config): Promise<{ keyFile: boolean; demo: boolean }> {
  const { operator, orm } = runtime;
  const embedded = config.databaseUrl === null;
  const em = orm.em.fork();
  const empty = (await em.count(BusinessCenter)) === 0;
  const demo = config.demo ?? (embedded && empty ? 'on' : 'off');
  if (demo === 'on' && (await em.count(BusinessCenter, { bcId: DEMO_CENTER.bc_id })) === 0) await seedDemo(operator);
  const keyFile = embedded && config.bootstrapApiKey === null;
  if (keyFile) {
    await secretFile(join(config.dataDir, 'api-key'), async () => {
      const { result } = await createKey(operator, { name: 'first administrator', permissions: ['admin'] });
      return result.key;
    });
  }
  return { keyFile, demo: await isDemo(operator) };
}
