import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Value } from '@cerbos/core';
import { GRPC } from '@cerbos/grpc';
import { startSupervisor } from '../src/platform/children.ts';
import { claimDataDir } from '../src/platform/data-dir.ts';
import { startEmbeddedCerbos } from '../src/platform/embedded-cerbos.ts';
import { serveParent, tell } from './child.ts';
import { load } from './load.ts';
import type { Situation } from './service.ts';

/**
 * What Sparkgate is compared with: the same decisions asked of the same Cerbos on the same policies by @cerbos/grpc,
 * one CheckResources each, with the attributes in hand and neither HTTP nor a database.
 */
type Message = { situations: Situation[] } | { inFlight: number; seconds: number };

const folder = await mkdtemp(join(tmpdir(), 'sparkgate-bench-'));
const dataDir = await claimDataDir(folder);
const children = await startSupervisor({ onEvent: () => undefined });
const policyDir = join(import.meta.dirname, '../policies');
const { target } = await startEmbeddedCerbos(children, { name: 'direct', policyDir, runDir: dataDir.runDir });
const cerbos = new GRPC(target, { tls: false });
let situations: Situation[] = [];
let next = 0;

async function check(): Promise<void> {
  const { kind, action, role, vector, allowed } = situations[next++ % situations.length]!;
  const decision = await cerbos.isAllowed({
    principal: { id: 'subject', roles: [role] },
    resource: { kind, id: 'resource', attr: vector as Record<string, Value> },
    action,
  });
  if (decision !== allowed) throw new Error(`Cerbos and Sparkgate disagree on ${action} ${JSON.stringify(vector)}`);
}

serveParent(
  async (asked) => {
    const message = asked as Message;
    if ('inFlight' in message) return load(message.inFlight, message.seconds, check);
    ({ situations } = message);
    return {};
  },
  async () => {
    cerbos.close();
    await children.close();
    await dataDir.release();
    await rm(folder, { recursive: true, force: true });
  },
);
tell({});
