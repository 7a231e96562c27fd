import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Services } from '../http/env.ts';
import { FollowedPolicies } from '../rollout/followed-policies.ts';
import type { PolicyService } from '../rollout/policy-service.ts';
import { closeStore, openStore } from '../store/open.ts';
import { startExternalPolicies } from './backing-services.ts';
import { layGround, type WatchedGround } from './ground.ts';
import type { Handover } from './runtime.ts';
import type { Together } from './together.ts';
import { wire, type Life } from './wiring.ts';

/** What a worker answers with; `close` ends it. */
export interface WorkerRuntime {
  services: Services;
  life: Life;
  /** Null where each process asks the Cerbos that others run. */
  followed: FollowedPolicies | null;
  close: () => Promise<void>;
}

/** What a worker starts with, besides what it was handed. */
export interface WorkerParts {
  config: Config;
  log: Logger;
  together: Together;
  droppedLogLines: () => number;
}

/** Connections to the database of all workers, but for a few of each. */
const CONNECTIONS = 40;
const FEWEST = 8;

/** Starts a process that answers beside others: with connections, facts and a memo of its own. @throws PlatformError */
export async function startWorkerRuntime(parts: WorkerParts, handover: Handover): Promise<WorkerRuntime> {
  const { config, log } = parts;
  const { processes } = parts.together;
  await using stack = new AsyncDisposableStack();
  const orm = await openStore(handover.access.serving, {
    poolSize: Math.max(FEWEST, Math.ceil(CONNECTIONS / processes)),
  });
  stack.defer(async () => closeStore(orm));
  const ground = await layGround(stack, orm, { config, log, processes });
  const followed = await followedPolicies(config, ground, handover);
  const policies: PolicyService = followed ?? (await startExternalPolicies(config, target(config), { ...ground, log }));
  stack.defer(() => policies.generations.close());
  stack.defer(() => policies.close());
  const life = { ...handover.life };
  const { secretKeys } = handover;
  const { services } = wire({ ...parts, orm, ground, policies, secretKeys, life });
  const running = stack.move();
  return { services, life, followed, close: async () => running.disposeAsync() };
}

async function followedPolicies(
  { cerbosTimeout }: Config,
  ground: WatchedGround,
  { policies }: Handover,
): Promise<FollowedPolicies | null> {
  if (policies === null) return null;
  return FollowedPolicies.start({ ...ground, timeoutMs: cerbosTimeout * 1000 }, policies.bundle, policies.status);
}

function target({ cerbosTarget }: Config): string {
  if (cerbosTarget === null) throw new Error('a worker was told of no Cerbos');
  return cerbosTarget;
}
