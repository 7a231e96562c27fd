import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startSupervisor } from '../../src/platform/children.ts';
import { claimDataDir } from '../../src/platform/data-dir.ts';
import { startEmbeddedCerbos } from '../../src/platform/embedded-cerbos.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { accessToEmbedded, openDatabase } from '../../src/runtime/backing-services.ts';
import { LIMITS } from './limits.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The one PostgreSQL of a run, its owner and the role that serves; `sparkgate` in it is the migrated template. */
    postgres: { host: string; port: number; user: string; serving: string };
    /** The one Cerbos of a run, on the project's policies. */
    cerbosTarget: string;
  }
}

/**
 * Starts a real PostgreSQL and a real Cerbos for the whole run. They end with it, however it ends. TEST_POSTGRES_BIN
 * names the programs of another PostgreSQL than the embedded one, such as /usr/lib/postgresql/15/bin.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'sparkgate-test-'));
  const dataDir = await claimDataDir(folder);
  const children = await startSupervisor({ onEvent: () => undefined });
  const { path, runDir } = dataDir;
  const policyDir = join(import.meta.dirname, '../../policies');
  const binaries = process.env['TEST_POSTGRES_BIN'];
  const [postgres, cerbos] = await Promise.all([
    startEmbeddedPostgres(children, {
      dataDir: path,
      runDir,
      durable: false,
      ...(binaries !== undefined && { binaries }),
    }),
    startEmbeddedCerbos(children, { name: 'pdp', policyDir, runDir }),
  ]);
  const orm = await openDatabase(accessToEmbedded(postgres), { limits: LIMITS });
  await orm.close();
  const { host, port, owner, user } = postgres;
  project.provide('postgres', { host, port, user: owner, serving: user });
  project.provide('cerbosTarget', cerbos.target);
  return async () => {
    await children.close();
    await dataDir.release();
    await rm(folder, { recursive: true, force: true });
  };
}
