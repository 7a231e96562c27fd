import type { Measured } from './load.ts';

/** All that was measured of one thing under one load, round by round. */
export interface Row {
  name: string;
  inFlight: number;
  /** Checks in one request. */
  size: number;
  rounds: Measured[];
}

/** The middle one, which one bad round does not move. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** How many times faster: the median over the rounds, since only what ran in one round can be compared. */
export function ratio(one: Row, other: Row): number {
  return median(one.rounds.map(({ perSecond }, round) => perSecond / other.rounds[round]!.perSecond));
}

/** A Markdown table, readable as text: the first column to the left, numbers to the right. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) => Math.max(3, name.length, ...rows.map((row) => row[column]!.length)));
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [head.map(pad), rule, ...rows.map((row) => row.map(pad))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** A line for each row; `against` is what the others are compared with at the same load. */
export function ratesTable(rows: readonly Row[], against: string): string {
  const cells = rows.map((row) => {
    const other = rows.find((it) => it.name === against && it.inFlight === row.inFlight && it.size === row.size);
    const rates = row.rounds.map(({ perSecond }) => perSecond * row.size);
    return [
      row.name,
      String(row.inFlight),
      whole(median(rates)),
      `${whole(Math.min(...rates))} - ${whole(Math.max(...rates))}`,
      other ? ratio(row, other).toFixed(2) : '',
      median(row.rounds.map(({ p50 }) => p50)).toFixed(1),
      median(row.rounds.map(({ p99 }) => p99)).toFixed(1),
    ];
  });
  return markdown(['median of the rounds', 'in flight', 'checks/s', 'rounds', '× direct', 'p50 ms', 'p99 ms'], cells);
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
