import { parseArgs } from 'node:util';
import { Child } from './child.ts';
import { draw } from './draw.ts';
import type { Measured } from './load.ts';
import { DIRECT, report, type World } from './report.ts';
import { measureSearches, searchTable, type SearchRow } from './search.ts';
import { BATCH, loadUrl, Sparkgate } from './sparkgate.ts';
import { whole, type Row } from './table.ts';

/**
 * Checks per second: Sparkgate on worlds of several sizes, Cerbos asked directly, and hono alone. All are up at once and
 * take turns in several rounds, because a machine's speed wavers and only neighbours in time can be compared. Then
 * searches, beside the checks that find the same.
 */
const { values: flags } = parseArgs({
  options: {
    relationships: { type: 'string', default: '100000,1000000' },
    /** A further world, too small for checks that never ask twice: for searches alone. */
    small: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    /** A folder for CPU profiles of the services. */
    profile: { type: 'string' },
  },
});
const seconds = Number(flags.seconds);
const IN_FLIGHT = [16, 64];
const execArgv = flags.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`];

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function rowsOf(name: string): Row[] {
  return IN_FLIGHT.map((inFlight) => ({ name, inFlight, size: 1, rounds: [] }));
}

/** Starts a Sparkgate, gives it its world, and asks it the first checks. */
async function prepare(relationships: number): Promise<World> {
  const name = `Sparkgate, ${whole(relationships)} relationships`;
  const sparkgate = await Sparkgate.start(relationships, execArgv);
  const imported = await sparkgate.import((lines) => {
    if (lines % 100_000 === 0) say(`${name}: ${whole(lines)} lines sent`);
  });
  say(`${name}: ${whole(imported.lines)} lines imported in ${imported.seconds.toFixed(1)} s`);
  const first = await sparkgate.first();
  const batches = { name: `${name}, batches of ${BATCH.size}`, inFlight: BATCH.inFlight, size: BATCH.size, rounds: [] };
  await sparkgate.evaluation(IN_FLIGHT.at(-1)!, 2);
  const count = await sparkgate.count();
  return { sparkgate, imported, first, rows: rowsOf(name), batches, counts: [count, count] };
}

async function measure(row: Row, run: () => Promise<Measured>): Promise<void> {
  const measured = await run();
  row.rounds.push(measured);
  say(`${row.name}, ${row.inFlight} in flight: ${whole(measured.perSecond * row.size)} checks/s`);
}

const echo = new Child('echo');
const cerbos = new Child('direct-cerbos');
const worlds: World[] = [];
let small: World | null = null;
try {
  const [{ url }] = await Promise.all([echo.hear<{ url: string }>(), cerbos.hear()]);
  for (const relationships of flags.relationships.split(',')) worlds.push(await prepare(Number(relationships)));
  await cerbos.ask({ situations: worlds[0]!.first.situations });
  const bodies = draw(1000, 3);
  const askDirectly = async (inFlight: number, time = seconds) => cerbos.ask<Measured>({ inFlight, seconds: time });
  const askEcho = async (inFlight: number, time = seconds) => loadUrl(url, inFlight, time, () => bodies.next().value);
  await askDirectly(64, 2);
  await askEcho(64, 1);

  const [direct, echoed] = [rowsOf(DIRECT), rowsOf('hono alone, echo of the same body')];
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    for (const [index, inFlight] of IN_FLIGHT.entries()) {
      for (const { sparkgate, rows } of worlds)
        await measure(rows[index]!, async () => sparkgate.evaluation(inFlight, seconds));
      await measure(direct[index]!, async () => askDirectly(inFlight));
      await measure(echoed[index]!, async () => askEcho(inFlight));
    }
    for (const { sparkgate, batches } of worlds) await measure(batches, async () => sparkgate.evaluations(seconds));
  }
  for (const world of worlds) world.counts[1] = await world.sparkgate.count();
  const searched: SearchRow[] = [];
  small = await prepare(Number(flags.small));
  for (const { sparkgate } of [small, ...worlds]) {
    say(`searches, ${whole(sparkgate.relationships)} relationships`);
    searched.push(...(await measureSearches(sparkgate, Number(flags.rounds))));
  }
  console.log(`${report(worlds, direct, echoed)}\n\n${searchTable(searched)}`);
} finally {
  await Promise.all([
    echo.end(),
    cerbos.end(),
    ...[...worlds, ...(small ? [small] : [])].map(async ({ sparkgate }) => sparkgate.end()),
  ]);
}
