import type { TracedTest, TraceEntry } from '@sparkgate/cerbos-pdp/traces';
import type { CoveragePoint } from './points.ts';

/** How often the tests reached a point, each way. */
export interface Covered {
  point: CoveragePoint;
  /** The rule's effect applied, the derived role was held, the condition was true. */
  held: number;
  /** It was looked at and did not. */
  failed: number;
}

/** Counts what the tests exercised, from Cerbos' own traces of them. */
export function measure(points: readonly CoveragePoint[], tests: readonly TracedTest[]): Covered[] {
  const counts = new Map<string, { held: number; failed: number }>();
  for (const { trace } of tests) {
    for (const entry of trace) {
      for (const { key, held } of hitsOf(entry)) {
        const count = counts.get(key) ?? { held: 0, failed: 0 };
        if (held) count.held += 1;
        else count.failed += 1;
        counts.set(key, count);
      }
    }
  }
  return points.map((point) => ({ point, ...(counts.get(keyOf(point)) ?? { held: 0, failed: 0 }) }));
}

/** Whether the tests are known to have reached a point both ways. */
export const isCovered = ({ point, held, failed }: Covered): boolean =>
  point.unmeasured === null && held > 0 && (failed > 0 || point.always);

/** What is missing at a point, in words; empty when nothing is. */
export function missing({ point, held, failed }: Covered): string {
  if (point.unmeasured !== null) return point.unmeasured;
  const [yes, no] = {
    rule: ['applies', 'does not apply'],
    'derived role': ['is held', 'is not held'],
    condition: ['is true', 'is false'],
  }[point.sort] as [string, string];
  return [held === 0 ? `never ${yes}` : '', failed === 0 && !point.always ? `never ${no}` : '']
    .filter((it) => it !== '')
    .join(', ');
}

const keyOf = ({ policy, owner, sort, at }: CoveragePoint): string =>
  [policy, owner, sort === 'condition' ? ['CONDITION', ...at].join('/') : ''].join('\n');

/** What one entry of a trace says of a rule or derived role, and of its conditions. */
function hitsOf({ at, activated, result }: TraceEntry): { key: string; held: boolean }[] {
  const policy = at[0]?.kind === 'POLICY' ? at[0].name : '';
  const index = at.findIndex(({ kind }) => kind === 'RULE' || kind === 'DERIVED_ROLE');
  const owner = at[index]?.name;
  if (owner === undefined) return [];
  const below = at.slice(index + 1);
  const hit = (place: string, held: boolean) => ({ key: [policy, owner, place].join('\n'), held });
  if (below.length === 0) return activated ? [] : [hit('', false)];
  if (below[0]?.kind !== 'CONDITION') return [];
  const isLeaf = below.at(-1)?.kind === 'EXPR' || below.length === 1;
  // Cerbos says CONDITION alone for a rule or derived role that has none: it holds.
  const steps = below
    .slice(1)
    .flatMap(({ kind, name }) =>
      kind === 'EXPR' ? [] : [kind === 'CONDITION' ? name : kind.replace('CONDITION_', '')],
    );
  const isWhole = steps.length <= 1;
  const hits = isLeaf ? [hit(['CONDITION', ...steps].join('/'), result === true)] : [];
  return isWhole ? [...hits, hit('', result === true)] : hits;
}
