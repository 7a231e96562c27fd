import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { cerbosBinary } from '../src/platform/cerbos-binary.ts';
import type { Measured } from './load.ts';

/** All that was measured of one thing under one load, round by round. */
export interface Row {
  name: string;
  inFlight: number;
  /** Checks in one request. */
  size: number;
  rounds: Measured[];
}

/** The middle one, which one slow round does not move. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** How much faster the one was than the other: the median of the rounds' ratios, since only rounds compare. */
export function ratio(one: Row, other: Row): number {
  return median(one.rounds.map(({ perSecond }, round) => (perSecond * one.size) / (other.rounds[round]!.perSecond * other.size)));
}

/** Markdown, its columns as wide as they need to be; numbers to the right. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** One line a row; beside the rate how it compares to what was asked of Cerbos directly at the same load. */
export function rates(rows: readonly Row[], direct: string): string {
  const cells = rows.map((row) => {
    const other = rows.find((it) => it.name === direct && it.inFlight === row.inFlight);
    const of = (part: keyof Measured): number => median(row.rounds.map((round) => round[part]));
    const perSecond = row.rounds.map((round) => round.perSecond * row.size);
    return [
      row.name,
      String(row.inFlight),
      count(median(perSecond)),
      `${count(Math.min(...perSecond))}-${count(Math.max(...perSecond))}`,
      other ? ratio(row, other).toFixed(2) : '',
      of('p50').toFixed(1),
      of('p99').toFixed(1),
    ];
  });
  return markdown(['', 'in flight', 'checks/s', 'rounds', '× direct', 'p50 ms', 'p99 ms'], cells);
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** On what this was measured. */
export function machine(postgres: string): string {
  const all = cpus();
  const cerbos = execFileSync(cerbosBinary(), ['--version'], { encoding: 'utf8' }).split('\n')[0]!.trim();
  return `${all[0]?.model.trim()}, ${all.length} cores; Node ${process.version}; PostgreSQL ${postgres}; Cerbos ${cerbos}`;
}
