import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBundle, type Bundle } from '../../src/decision/bundle.ts';
import { Pdp } from '../../src/decision/pdp.ts';
import { policySchemas } from '../../src/facts/policy-schemas.ts';
import { EVERYTHING } from '../../src/facts/vocabulary.ts';
import { runDir } from '../../src/platform/data-dir.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { policiesWith } from '../support/policy-dir.ts';

/** The service on one policy bundle, and a way to its Cerbos that goes past the service. */
export interface BundleApp {
  name: string;
  kinds: readonly string[];
  app: TestApp;
  /** The service whose database all of them decide on. */
  world: TestApp;
  bundle: Bundle;
  pdp: Pdp;
  close: () => Promise<void>;
}

/** The project's own policies, and some that nobody should write, with the kinds that they are about. */
export const BUNDLES: Record<string, readonly string[]> = {
  own: ['tiktok_account', 'business_center', 'access_request', 'catalog', 'record'],
  strangers: ['tiktok_account', 'business_center', 'access_request'],
  deny: ['tiktok_account', 'business_center', 'access_request'],
  optional: ['tiktok_account', 'access_request'],
  ids: ['tiktok_account', 'business_center', 'access_request'],
  missing: ['catalog'],
  clock: ['business_center', 'record'],
  everywhere: ['business_center', 'catalog'],
};

/** @param database whose facts are to be decided on; without one it has its own */
export async function bundleApp(name: string, database?: TestApp): Promise<BundleApp> {
  const policies = await policiesWith();
  const folder = policies.environment.POLICY_DIR;
  for (const overlay of name === 'own' ? ['common'] : ['common', name]) {
    await cp(join(import.meta.dirname, 'policies', overlay), folder, { recursive: true });
  }
  if (name === 'optional') {
    for (const [file, text] of policySchemas(EVERYTHING)) await writeFile(join(folder, '_schemas', file), text);
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'sparkgate-'));
  const app = await testApp({
    ...policies.environment,
    DATA_DIR: dataDir,
    ...(database && { DATABASE_URL: database.databaseUrl }),
  });
  const pdp = new Pdp(`unix:${join(await runDir(dataDir), 'cerbos/pdp/grpc.sock')}`);
  return {
    name,
    kinds: BUNDLES[name] ?? [],
    app,
    world: database ?? app,
    bundle: await readBundle(folder),
    pdp,
    close: async () => {
      pdp.close();
      await app.close();
      await policies.remove();
    },
  };
}
