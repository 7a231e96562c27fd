import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { cerbosBinary } from '@sparkgate/cerbos-pdp/binary';
import type { Answers, Count } from './service.ts';
import { FIRST, type First, type Sparkgate } from './sparkgate.ts';
import { markdown, ratesTable, ratio, whole, type Row } from './table.ts';

export const DIRECT = 'Cerbos directly, @cerbos/grpc';

/** One Sparkgate and all that was learned of it. */
export interface World {
  sparkgate: Sparkgate;
  imported: { lines: number; seconds: number };
  first: First;
  /** Before and after the measured part. */
  counts: [Count, Count];
  rows: Row[];
  batches: Row;
}

/** Everything, for people. */
export function report(worlds: readonly World[], direct: readonly Row[], echo: readonly Row[]): string {
  const rows = [...worlds.flatMap((world) => world.rows), ...direct, ...echo, ...worlds.map(({ batches }) => batches)];
  return [
    machine(worlds[0]!.sparkgate.postgres),
    ratesTable(rows, DIRECT),
    costTable(worlds),
    `Answers to the first ${whole(FIRST)} checks (a DENY may have several reasons): ${mix(worlds[0]!.first.mix)}.`,
    aims(worlds, direct).join('\n'),
  ].join('\n\n');
}

function machine(postgres: string): string {
  const [first, ...others] = cpus();
  const [cerbos] = execFileSync(cerbosBinary(), ['--version'], { encoding: 'utf8' }).split('\n');
  return `${first?.model.trim()}, ${others.length + 1} cores; Node ${process.version}, PostgreSQL ${postgres}, Cerbos ${cerbos?.trim()}`;
}

function costTable(worlds: readonly World[]): string {
  const line = (name: string, value: (world: World) => number): string[] => [
    name,
    ...worlds.map((world) => whole(value(world))),
  ];
  const during = (part: keyof Count, { counts: [before, after] }: World): number => after[part] - before[part];
  return markdown(
    ['', ...worlds.map(({ sparkgate }) => `${whole(sparkgate.relationships)} relationships`)],
    [
      line('import: lines', ({ imported }) => imported.lines),
      line('import: seconds', ({ imported }) => imported.seconds),
      line('import: lines a second', ({ imported }) => imported.lines / imported.seconds),
      line(`first ${whole(FIRST)} checks: distinct vectors and actions`, ({ first }) => distinct(first)),
      line('... PDP questions, with the neighbours that explain a DENY', ({ first }) => first.questions),
      line('... PDP calls', ({ first }) => first.calls),
      line('measured part: checks', checks),
      line('... PDP questions', (world) => during('pdpQuestions', world)),
      line('... PDP calls', (world) => during('pdpCalls', world)),
      line('... SQL statements', (world) => during('statements', world)),
      line('... processor time of the service a check, µs', (world) => (during('cpu', world) / checks(world)) * 1e6),
      line('all in all: PDP questions', ({ counts }) => counts[1].pdpQuestions),
      line('... distinct ones', ({ counts }) => counts[1].distinct),
    ],
  );
}

function checks({ rows, batches }: World): number {
  return [...rows, batches]
    .flatMap(({ rounds, size }) => rounds.map((it) => it.requests * size))
    .reduce((a, b) => a + b);
}

function distinct({ situations }: Answers): number {
  return new Set(situations.map(({ kind, action, role, vector }) => JSON.stringify([kind, action, role, vector]))).size;
}

/** How often which answer; of several reasons each is counted. */
function mix(answers: Answers['mix']): string {
  const said = Object.entries(answers).flatMap(([text, times]) =>
    (text.startsWith('DENY') ? text.split(' ') : [text]).map((part) => ({ part, times })),
  );
  const counts = Map.groupBy(said, ({ part }) => part);
  return [...counts]
    .map(([name, all]) => ({ name, share: all.reduce((sum, { times }) => sum + times, 0) / FIRST }))
    .toSorted((a, b) => b.share - a.share)
    .map(({ name, share }) => `${name} ${(share * 100).toFixed(1)}%`)
    .join(', ');
}

function aims(worlds: readonly World[], direct: readonly Row[]): string[] {
  const busiest = ({ rows }: World): Row => rows.at(-1)!;
  return [
    ...worlds.map(
      (world) =>
        `${busiest(world).name}, ${busiest(world).inFlight} in flight: ${ratio(busiest(world), direct.at(-1)!).toFixed(2)} × Cerbos directly (aim: 1.2)`,
    ),
    ...worlds
      .slice(1)
      .map((world, index) => [busiest(world), busiest(worlds[index]!)] as const)
      .map(([larger, smaller]) => `${larger.name}: ${ratio(larger, smaller).toFixed(2)} × ${smaller.name} (aim: 0.85)`),
  ];
}
