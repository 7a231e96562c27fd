import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Recorder, type Node } from '../../history/load.ts';
import type { CellOperation } from '../../history/meaning.ts';
import { startNodes } from '../../history/nodes.ts';
import { randomFrom } from '../../history/random.ts';
import { cellsOf } from '../../history/scripts.ts';
import { told, violationsIn, type Found } from '../../history/verdict.ts';
import { networkTo } from '../../support/network.ts';
import { cleanUp, type Service } from '../../support/service.ts';
import type { Fault, Stage } from './faults.ts';
import type { Server } from './server.ts';

/** How long the load goes on before a fault, during it and after it, and how long a call may take, in milliseconds. */
export interface Times {
  before: number;
  during: number;
  after: number;
  patience: number;
}

/** What a fault did. Times in milliseconds; elsewhere: through the node that it does not befall. */
export interface Row {
  fault: string;
  operations: number;
  /** Before the fault began: what the machine itself makes of it. */
  longest_write_before: number | null;
  longest_write_elsewhere: number | null;
  longest_check_elsewhere: number | null;
  answered_503: number;
  open: number;
  wrong_answers: number;
  lost: number;
  recovery: number | null;
}

/** Tries one fault under load, on two fresh nodes. */
export async function measure(
  server: Server,
  fault: Fault,
  { seed, times }: { seed: number; times: Times },
): Promise<{ row: Row; stories: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'sparkgate-fault-'));
  const at = server.kind.port === null ? join(folder, '.s.PGSQL.5432') : server.kind.port + 1;
  const network = await networkTo(server.listensAt, at);
  try {
    const settings = { REQUEST_TIMEOUT: '5' };
    const start = async (url: string): Promise<Service> => {
      const [node] = await startNodes(1, { ...settings, DATABASE_URL: url });
      return node!;
    };
    const first = await start(server.url(at));
    const nodes: Node[] = [{ url: first.url }, { url: (await start(server.url())).url }];
    const stage: Stage = {
      server,
      network,
      node: first,
      startAgain: async () => {
        stage.node = await start(server.url(at));
        nodes[0]!.url = stage.node.url;
      },
    };
    return await underLoad(stage, fault, nodes, { seed, times });
  } finally {
    await network.down();
    await cleanUp();
    await rm(folder, { recursive: true, force: true });
  }
}

async function underLoad(
  stage: Stage,
  fault: Fault,
  nodes: Node[],
  { seed, times }: { seed: number; times: Times },
): Promise<{ row: Row; stories: string[] }> {
  const random = randomFrom(seed);
  const cells = cellsOf(1, random, `f${seed}`);
  const recorder = new Recorder({ nodes, cells, random, patience: times.patience, keepsNode: true });
  await recorder.begin();
  const over = new AbortController();
  const load = recorder.run(Number.POSITIVE_INFINITY, over.signal);
  await delay(times.before);
  const begun = performance.now();
  await fault.begin(stage);
  await delay(times.during);
  const ended = performance.now();
  await fault.end(stage);
  await delay(times.after);
  over.abort();
  await load;
  await recorder.end();
  const { operations } = recorder;
  const found = violationsIn(operations);
  return { row: rowOf(fault, operations, found, { begun, ended }), stories: stories(found, operations) };
}

function rowOf(
  { name: fault }: Fault,
  operations: readonly CellOperation[],
  found: readonly Found[],
  { begun, ended }: { begun: number; ended: number },
): Row {
  const before = operations.filter(
    ({ end, node, outcome }) => (end ?? Infinity) < begun && node === 1 && outcome === 'answered',
  );
  const during = operations.filter(({ start, end }) => start < ended && (end ?? Number.POSITIVE_INFINITY) > begun);
  const elsewhere = during.filter(({ node, outcome }) => node === 1 && outcome === 'answered');
  const atEnd = found.filter(({ operation }) => operation.client === 'end');
  return {
    fault,
    operations: operations.length,
    longest_write_before: longest(before.filter(({ call }) => 'write' in call)),
    longest_write_elsewhere: longest(elsewhere.filter(({ call }) => 'write' in call)),
    longest_check_elsewhere: longest(elsewhere.filter(({ call }) => 'ask' in call)),
    answered_503: during.filter(({ said }) => said.startsWith('503')).length,
    open: operations.filter(({ outcome }) => outcome === 'open').length,
    wrong_answers: found.length - atEnd.length,
    lost: atEnd.length,
    recovery: recovery(operations, ended),
  };
}

function longest(operations: readonly CellOperation[]): number | null {
  const times = operations.map(({ start, end }) => (end ?? Number.POSITIVE_INFINITY) - start);
  return times.length === 0 ? null : Math.round(Math.max(...times));
}

/** How long after the end of a fault a write and a check that began since had been answered through either node. */
function recovery(operations: readonly CellOperation[], ended: number): number | null {
  const since = operations.filter(({ start, outcome }) => start >= ended && outcome === 'answered');
  const firsts = [0, 1].flatMap((node) =>
    (['ask', 'write'] as const).map((kind) =>
      Math.min(
        ...since.filter((it) => it.node === node && kind in it.call).map(({ end }) => end ?? Number.POSITIVE_INFINITY),
      ),
    ),
  );
  const all = Math.max(...firsts);
  return Number.isFinite(all) ? Math.round(all - ended) : null;
}

/** Of each sort of violation the first one. */
function stories(found: readonly Found[], operations: readonly CellOperation[]): string[] {
  return [...Map.groupBy(found, ({ violation }) => violation).values()].map(
    (all) => `${all.length} times ${told(all[0]!, operations)}`,
  );
}
