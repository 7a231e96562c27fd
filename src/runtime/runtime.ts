import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Context, SecretKeys } from '../domain/context.ts';
import type { Services } from '../http/env.ts';
import { serveCommands } from '../platform/control-socket.ts';
import { claimDataDir } from '../platform/data-dir.ts';
import { secretFile } from '../platform/secret-file.ts';
import type { Admit } from '../rollout/admission.ts';
import { NO_FOLLOWERS, type FollowedBundle, type Followers } from '../rollout/followers.ts';
import { policyTrail } from '../rollout/policy-trail.ts';
import type { PolicyStatus } from '../rollout/journal.ts';
import type { PolicyChange, PolicyService } from '../rollout/policy-service.ts';
import { closeStore, type DatabaseAccess, type Orm } from '../store/open.ts';
import { keepSealed } from '../store/sealing.ts';
import { watchSessions } from '../store/watchdog.ts';
import { databaseAccess, openDatabase, startChildren, startPolicies, type PolicyParts } from './backing-services.ts';
import { layGround, type WatchedGround } from './ground.ts';
import { operatorContext } from './offline-context.ts';
import { VERSION } from './service-status.ts';
import { alone } from './together.ts';
import { writing } from './writing.ts';
import { wire, type Life } from './wiring.ts';

/** Everything that runs, wired; `close` ends it in the opposite order. */
export interface Runtime {
  services: Services;
  orm: Orm;
  /** What the operator should change, though it hinders nothing; a sentence each. */
  advice: readonly string[];
  /** The context of the command line and of the start itself. */
  operator: Context;
  /** Bounds what all processes do together. */
  bounds: Pick<Context, 'rates' | 'imports'>;
  /** What a process needs that answers beside this one, as it is now. */
  readonly handover: Handover;
  /** Tells where the service is reached, once that is known. */
  reachedAt: (url: string) => void;
  /** Tells that the first data are in, and whether the demo's facts are among them: until then `/readyz` says no. */
  prepared: (first: { demo: boolean }) => void;
  /** Takes the policies that are there now, as `policy apply` takes others. */
  reloadPolicies: () => Promise<PolicyChange>;
  /** From now on `/readyz` says that this process is about to end. */
  drain: () => void;
  close: () => Promise<void>;
}

/** What a process takes over that answers beside this one. */
export interface Handover {
  access: DatabaseAccess;
  secretKeys: SecretKeys;
  life: Life;
  /** What decides; null where each process asks the Cerbos that others run. */
  policies: { bundle: FollowedBundle; status: PolicyStatus } | null;
}

/** What is handed in: tests put some of it in the place of the real thing. */
export interface Ports {
  admit?: Admit;
  /** How many log lines were dropped, since nothing took them. */
  droppedLogLines?: () => number;
  /** Processes that answer beside this one. */
  followers?: Followers;
}

/** Starts what the configuration asks for. @throws PlatformError in one sentence when a part cannot be had */
export async function startRuntime(config: Config, log: Logger, ports: Ports = {}): Promise<Runtime> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await claimDataDir(config.dataDir);
  stack.defer(async () => dataDir.release());
  const life: Life = { since: new Date(), url: '', started: false, prepared: false, demo: false, draining: false };
  const children = await startChildren(config, log, life);
  stack.defer(async () => children?.close());
  const access = await databaseAccess(config, dataDir, children, log);
  const advice: string[] = [];
  const orm = await openDatabase(access, config, (says) => advice.push(says));
  stack.defer(async () => closeStore(orm));
  const ground = await layGround(stack, orm, { config, log, processes: 1 });
  const sessions = watchSessions(ground.query, (count) =>
    log.warn({ count }, 'ended overdue sessions of the database'),
  );
  stack.defer(() => sessions.close());
  const { admit, followers = NO_FOLLOWERS, droppedLogLines = () => 0 } = ports;
  const trail = policyTrail(trailContext(config, orm, ground), VERSION);
  const kept = { ...ground, config, dataDir, children, log, admit, followers, trail };
  const policies = await keptPolicies(stack, kept, life);
  const secretKeys: SecretKeys = [
    config.secretKey ?? (await secretFile(join(dataDir.path, 'secret-key'), newSecretKey)),
    ...(config.previousSecretKey === null ? [] : [config.previousSecretKey]),
  ];
  const sealing = keepSealed(access.serving, ground.query);
  stack.defer(async () => sealing.close());
  const together = alone(config);
  const foundation = { config, log, orm, ground, policies, secretKeys, life, together, droppedLogLines };
  const wired = wire(foundation);
  const running = stack.move();
  life.started = true;
  return {
    advice,
    services: wired.services,
    orm,
    get operator() {
      return wired.operator;
    },
    bounds: together,
    get handover() {
      const bundle = policies.followed;
      return { access, secretKeys, life: { ...life }, policies: bundle && { bundle, status: policies.status } };
    },
    reloadPolicies: async () => policies.reload(),
    reachedAt: (url) => {
      life.url = url;
    },
    prepared: ({ demo }) => {
      Object.assign(life, { prepared: true, demo });
    },
    drain: () => {
      life.draining = true;
    },
    close: async () => running.disposeAsync(),
  };
}

/** What the trail of policies is written with: it is there before any of them decides. */
function trailContext(config: Config, orm: Orm, { session, position, read }: WatchedGround): Context {
  return operatorContext(config, {
    orm,
    read,
    ...writing(session, position),
    attributes: async () => 'stored elsewhere',
  });
}

/** Policies that are kept up to date, and exchanged on command, until the stack ends; commands learn the address, too. */
async function keptPolicies(
  stack: AsyncDisposableStack,
  parts: Omit<PolicyParts, 'signal'>,
  life: { readonly url: string },
): Promise<PolicyService> {
  const ending = new AbortController();
  stack.defer(() => ending.abort());
  const policies = await startPolicies({ ...parts, signal: ending.signal });
  stack.defer(() => policies.generations.close());
  stack.defer(() => policies.close());
  const commands = {
    status: async () => policies.status,
    rollback: async () => policies.rollback(),
    apply: async (folder: unknown) => policies.apply(String(folder)),
    address: async () => ({ url: life.url }),
  };
  stack.defer(await serveCommands(parts.dataDir.runDir, commands));
  return policies;
}

function newSecretKey(): string {
  return randomBytes(32).toString('base64url');
}
