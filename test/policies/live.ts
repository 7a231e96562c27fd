import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { PolicyStatus } from '../../src/rollout/journal.ts';
import type { PolicyChange } from '../../src/rollout/policy-service.ts';
import { callCommand } from '../../src/platform/control-socket.ts';
import { runDir } from '../../src/platform/data-dir.ts';
import type { Ports } from '../../src/runtime/runtime.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, grant, put, standardWorld } from '../support/cast.ts';
import { policiesWith, type Edit } from '../support/policy-dir.ts';

/** Admits every bundle: for tests of what comes after. */
export const ADMITS_ALL: Ports = {
  admit: async () => ({ tests: 0, skipped: 0, sentences: 0, contradicted: 0, accepted: [], findings: [] }),
};

/** The service on an embedded Cerbos whose policies can be exchanged, as the command line does it. */
export interface LiveApp {
  app: TestApp;
  dataDir: string;
  policyDir: string;
  apply: (folder: string) => Promise<PolicyChange>;
  rollback: () => Promise<PolicyChange>;
  status: () => Promise<PolicyStatus>;
  close: () => Promise<void>;
}

/** In its world adm and sam of bc1 have @brand with POST, assigned to sam alone, who is OPERATOR of adv1. */
export async function liveApp(environment: NodeJS.ProcessEnv = {}, ports: Ports = {}): Promise<LiveApp> {
  const policies = await policiesWith();
  const dataDir = await mkdtemp(join(tmpdir(), 'sparkgate-live-'));
  const all = { DATA_DIR: dataDir, ...policies.environment, ...environment };
  const app = await testApp(all, undefined, ports);
  await standardWorld(app);
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  const folders = [dataDir, policies.environment.POLICY_DIR];
  return handles(app, all, async () => {
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  });
}

async function handles(
  app: TestApp,
  environment: NodeJS.ProcessEnv & { DATA_DIR: string; POLICY_DIR: string },
  clean: () => Promise<void>,
): Promise<LiveApp> {
  const { DATA_DIR: dataDir, POLICY_DIR: policyDir } = environment;
  const sockets = await runDir(dataDir);
  return {
    app,
    dataDir,
    policyDir,
    apply: async (folder) => (await callCommand(sockets, 'apply', folder)) as PolicyChange,
    rollback: async () => (await callCommand(sockets, 'rollback')) as PolicyChange,
    status: async () => (await callCommand(sockets, 'status')) as PolicyStatus,
    close: async () => {
      await app.close();
      await clean();
    },
  };
}

/** A folder with the project's policies and these edits, for the time of the test. */
export async function folderWith(...edits: Edit[]): Promise<string> {
  const { environment, remove } = await policiesWith(...edits);
  onTestFinished(remove);
  return environment.POLICY_DIR;
}

/** Policies that decide the same and are another bundle all the same. */
export async function sameWithComment(comment: string): Promise<string> {
  const folder = await folderWith();
  await appendFile(join(folder, 'resource_policies/policy_review.yaml'), `# ${comment}\n`);
  return folder;
}
