import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Child } from './child.ts';
import { draw } from './draw.ts';
import type { Measured } from './load.ts';
import { loadBodies, Sparkgate } from './sparkgate.ts';
import { markdown, median, whole } from './table.ts';

// The way of one check through the service, beside hono alone, and beside another version of this project:
//     node bench/check.ts --seconds=3 --rounds=5 [--once] [--tree=ANOTHER] [--profile=FOLDER]
// All are up at once and take turns; processor time is what a busy machine tells best.

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    relationships: { type: 'string', default: '100000' },
    /** How many different checks are asked, over and over. */
    distinct: { type: 'string', default: '20000' },
    /** Each round asks others, which were never asked before, as long as there are as many as it asks. */
    once: { type: 'boolean', default: false },
    inFlight: { type: 'string', default: '64' },
    tree: { type: 'string' },
    profile: { type: 'string' },
  },
});
const seconds = Number(flags.seconds);
const inFlight = Number(flags.inFlight);

/** One that is measured: what it is asked, and the processor time that its process has taken, in seconds. */
interface Contestant {
  name: string;
  run: () => Promise<Measured>;
  cpu: () => Promise<number>;
  end: () => Promise<void>;
  rounds: { perSecond: number; cpuPerCheck: number; p50: number; p99: number }[];
}

const drawn = draw(100);
const distinct = Number(flags.distinct);
const parts = flags.once ? Number(flags.rounds) + 1 : 1;
const bodies = Array.from({ length: distinct * parts }, () => JSON.stringify(drawn.next().value));
const partOf = (round: number): string[] => bodies.slice((round % parts) * distinct).slice(0, distinct);

async function sparkgate(name: string, tree?: string): Promise<Contestant> {
  const profile = flags.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${join(flags.profile, name)}`];
  const it = await Sparkgate.start(Number(flags.relationships), profile, tree);
  await it.import(() => undefined);
  await it.checks(partOf(0), inFlight, seconds);
  let round = 0;
  return {
    name,
    run: async () => it.checks(partOf((round += 1)), inFlight, seconds),
    cpu: async () => (await it.count()).cpu,
    end: async () => it.end(),
    rounds: [],
  };
}

async function echo(): Promise<Contestant> {
  const child = new Child('echo');
  const { url } = await child.hear<{ url: string }>();
  return {
    name: 'hono alone',
    run: async () => loadBodies(url, { bodies, inFlight, seconds }),
    cpu: async () => (await child.ask<{ cpu?: number }>({})).cpu ?? Number.NaN,
    end: async () => child.end(),
    rounds: [],
  };
}

const contestants = [await echo()];
try {
  if (flags.tree !== undefined) contestants.push(await sparkgate('the other', flags.tree));
  contestants.push(await sparkgate('this'));
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    for (const { name, run, cpu, rounds } of contestants) {
      const before = await cpu();
      const { requests, perSecond, p50, p99 } = await run();
      const cpuPerCheck = (((await cpu()) - before) / requests) * 1e6;
      rounds.push({ perSecond, cpuPerCheck, p50, p99 });
      process.stderr.write(`${name}: ${whole(perSecond)} checks/s, ${cpuPerCheck.toFixed(1)} us a check\n`);
    }
  }
  const [alone] = contestants;
  const rows = contestants.map(({ name, rounds }) => {
    const of = (value: (it: Contestant['rounds'][number]) => number): number => median(rounds.map(value));
    const share = median(rounds.map(({ perSecond }, round) => perSecond / alone!.rounds[round]!.perSecond));
    const times = [of((it) => it.cpuPerCheck), of((it) => it.p50), of((it) => it.p99)].map((it) => it.toFixed(1));
    return [name, whole(of((it) => it.perSecond)), share.toFixed(2), ...times];
  });
  console.log(
    markdown([`${inFlight} in flight`, 'checks/s', '× hono alone', 'CPU µs a check', 'p50 ms', 'p99 ms'], rows),
  );
} finally {
  await Promise.all(contestants.map(async ({ end }) => end()));
}
