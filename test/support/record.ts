import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions, Answer, TestApp } from './app.ts';
import { testApp } from './app.ts';
import { policiesWith, type OtherPolicies } from './policy-dir.ts';

/** The service with the `record` policy of the AuthZEN certification scenario. */
export async function recordApp(): Promise<TestApp> {
  return appWith(await policiesWith());
}

/** The same with a policy for the kind `catalog`, which looks at attributes of both sides. */
export async function catalogApp(environment: NodeJS.ProcessEnv = {}): Promise<TestApp> {
  const policies = await policiesWith();
  const common = join(import.meta.dirname, '../search/policies/common');
  await cp(common, policies.environment.POLICY_DIR, { recursive: true });
  return appWith(policies, environment);
}

async function appWith(policies: OtherPolicies, environment: NodeJS.ProcessEnv = {}): Promise<TestApp> {
  const app = await testApp({ ...policies.environment, ...environment });
  return {
    ...app,
    close: async () => {
      await app.close();
      await policies.remove();
    },
  };
}

export const ALICE = { type: 'user', id: 'alice' };
export const BOB = { type: 'user', id: 'bob' };
export const RECORD_1 = { type: 'record', id: 'record-1' };
export const RECORD_2 = { type: 'record', id: 'record-2' };
export const ARCHIVED = { ...RECORD_2, properties: { status: 'archived' } };

/** The scenario's first request: alice reads record-1. */
export const ALICE_READS = { subject: ALICE, action: { name: 'read' }, resource: RECORD_1 };

export async function evaluation(app: TestApp, body: unknown, options: CallOptions = {}): Promise<Answer> {
  return app.call('POST', '/access/v1/evaluation', { ...options, body });
}

export async function evaluations(app: TestApp, body: unknown, options: CallOptions = {}): Promise<Answer> {
  return app.call('POST', '/access/v1/evaluations', { ...options, body });
}

/** The decisions of a batch, in the order of the answer. */
export function decisions({ status, body }: Answer): unknown {
  return status === 200 && body.evaluations
    ? body.evaluations.map((item: { decision: unknown }) => item.decision)
    : { status, body };
}
