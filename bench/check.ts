import { parseArgs } from 'node:util';
import { Child } from './child.ts';
import { draw } from './draw.ts';
import type { Measured } from './load.ts';
import { BATCH, loadUrl, Sparkgate } from './sparkgate.ts';
import { count, machine, markdown, median, rates, ratio, type Row } from './table.ts';
import type { Answers, Count } from './service.ts';

/** Compares Sparkgate with Cerbos asked directly, and with hono alone: in turn, some rounds, since machines waver. */
const { values: flags } = parseArgs({
  options: {
    relationships: { type: 'string', default: '100000,1000000' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    profile: { type: 'boolean', default: false },
  },
});
const seconds = Number(flags.seconds);
const IN_FLIGHT = [16, 64];
const DIRECT = 'Cerbos directly, @cerbos/grpc';

interface World {
  sparkgate: Sparkgate;
  imported: { lines: number; seconds: number };
  first: Answers & { count: Count };
  rows: Row[];
  batches: Row;
}

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function world(relationships: number): Promise<World> {
  const sparkgate = await Sparkgate.start(relationships, flags.profile ? ['--cpu-prof', '--cpu-prof-dir=/tmp/bench-profiles'] : []);
  const imported = await sparkgate.import((lines) => {
    if (lines % 50_000 === 0) say(`${count(relationships)} relationships: ${count(lines)} lines sent`);
  });
  say(`${count(relationships)} relationships: ${count(imported.lines)} lines in ${imported.seconds.toFixed(1)} s`);
  const first = await sparkgate.first();
  const name = `Sparkgate, ${count(relationships)} relationships`;
  const rows = IN_FLIGHT.map((inFlight): Row => ({ name, inFlight, size: 1, rounds: [] }));
  const batches = { name: `${name}, batches of ${BATCH.size}`, inFlight: BATCH.inFlight, size: BATCH.size, rounds: [] };
  return { sparkgate, imported, first, rows, batches };
}

async function measure(row: Row, run: () => Promise<Measured>): Promise<void> {
  const measured = await run();
  row.rounds.push(measured);
  say(`${row.name}, ${row.inFlight} in flight: ${count(measured.perSecond * row.size)} checks/s`);
}

const [echo, cerbos] = [new Child('echo'), new Child('direct-cerbos')];
const [{ url }] = await Promise.all([echo.hear<{ url: string }>(), cerbos.hear()]);
const worlds: World[] = [];
// oxlint-disable-next-line no-await-in-loop -- one at a time, or their times would mean nothing
for (const text of flags.relationships.split(',')) worlds.push(await world(Number(text)));
await cerbos.ask({ situations: worlds[0]!.first.situations });
const asked = draw(100, 2);
const directly = IN_FLIGHT.map((inFlight): Row => ({ name: DIRECT, inFlight, size: 1, rounds: [] }));
const echoed = IN_FLIGHT.map((inFlight): Row => ({ name: 'hono, echo of the same body', inFlight, size: 1, rounds: [] }));

for (const row of [...worlds.flatMap(({ rows }) => rows), ...directly, ...echoed]) row.rounds = [];
await cerbos.ask({ inFlight: 64, seconds: 1 });
await loadUrl(url, 64, 1, () => asked.next().value);
for (const { sparkgate } of worlds) await sparkgate.evaluation(64, 2);
const before = await Promise.all(worlds.map(async ({ sparkgate }) => sparkgate.count()));
for (let round = 0; round < Number(flags.rounds); round += 1) {
  for (const [index, inFlight] of IN_FLIGHT.entries()) {
    for (const { sparkgate, rows } of worlds) await measure(rows[index]!, async () => sparkgate.evaluation(inFlight, seconds));
    await measure(directly[index]!, async () => cerbos.ask<Measured>({ inFlight, seconds }));
    await measure(echoed[index]!, async () => loadUrl(url, inFlight, seconds, () => asked.next().value));
  }
  for (const { sparkgate, batches } of worlds) await measure(batches, async () => sparkgate.evaluations(seconds));
}
const after = await Promise.all(worlds.map(async ({ sparkgate }) => sparkgate.count()));
console.log(before, after, median([1]), markdown([], []), ratio, machine(worlds[0]!.sparkgate.postgres));
console.log(rates([...worlds.flatMap(({ rows }) => rows), ...directly, ...echoed, ...worlds.map(({ batches }) => batches)], DIRECT));
console.log(worlds.map((w) => [w.imported, w.first.mix, w.first.count, new Set(w.first.situations.map((s) => JSON.stringify([s.action, s.vector]))).size]));
await Promise.all([echo.end(), cerbos.end(), ...worlds.map(async ({ sparkgate }) => sparkgate.end())]);
