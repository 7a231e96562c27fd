import { join } from 'node:path';
import type { Config } from '../config.ts';
import { isDemo, seedDemo } from '../demo/seed.ts';
import { DEMO_CENTER } from '../demo/world.ts';
import { createKey } from '../domain/api-keys/create-key.ts';
import { BusinessCenter } from '../domain/business-centers/entity.ts';
import { secretFile } from '../platform/secret-file.ts';
import type { Runtime } from './runtime.ts';

/** Whether the key in DATA_DIR is an administrator's, or is not, since it was revoked; null = there is none. */
export type KeyFile = 'administrator' | 'refused' | null;

/** Makes what a first start needs: an administrator's key beside an embedded database, and the demo's facts. */
export async function bootstrap(runtime: Runtime, config: Config): Promise<{ keyFile: KeyFile; demo: boolean }> {
  const { operator, orm } = runtime;
  const embedded = config.databaseUrl === null;
  const em = orm.em.fork();
  const empty = (await em.count(BusinessCenter)) === 0;
  const demo = config.demo ?? (embedded && empty ? 'on' : 'off');
  if (demo === 'on' && (await em.count(BusinessCenter, { bcId: DEMO_CENTER.bc_id })) === 0) await seedDemo(operator);
  const keyFile = embedded && config.bootstrapApiKey === null ? await keptKey(runtime, config) : null;
  return { keyFile, demo: await isDemo(operator) };
}

async function keptKey({ operator, services }: Runtime, config: Config): Promise<KeyFile> {
  const text = await secretFile(join(config.dataDir, 'api-key'), async () => {
    const { result } = await createKey(operator, { name: 'first administrator', permissions: ['admin'] });
    return result.key;
  });
  const key = await services.keyRing.find(text);
  return key?.permissions.includes('admin') && key.bcIds === null ? 'administrator' : 'refused';
}
