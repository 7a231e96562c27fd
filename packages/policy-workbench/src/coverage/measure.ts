import type { TracedTest } from '@sparkgate/cerbos-pdp/traces';
import type { Suite } from '../tests/suites.ts';
import { hitsOf, keyOf } from './hits.ts';
import type { CoverageGround, CoveragePoint } from './points.ts';
import { triesOf } from './unconditioned.ts';

/** How often the tests reached a point, each way. */
export interface Covered {
  point: CoveragePoint;
  /** The rule's effect applied, the derived role was held, the condition was true. */
  held: number;
  /** It was looked at and did not. */
  failed: number;
}

/**
 * Counts what the tests exercised: by Cerbos' own traces of them, and, where those say nothing of a rule that applies
 * without a condition, by who asks for what.
 */
export function measure(
  ground: CoverageGround,
  tests: readonly TracedTest[],
  suites: ReadonlyMap<string, Suite>,
): Covered[] {
  const counts = new Map<string, { held: number; failed: number }>();
  for (const test of tests) {
    const hits = test.trace.flatMap((entry) => hitsOf(entry, test, { ground, suites }));
    for (const { key, held } of [...hits, ...triesOf(test, { ground, suites })]) {
      const count = counts.get(key) ?? { held: 0, failed: 0 };
      if (held) count.held += 1;
      else count.failed += 1;
      counts.set(key, count);
    }
  }
  return ground.points.map((point) => ({ point, ...(counts.get(keyOf(point)) ?? { held: 0, failed: 0 }) }));
}

/** Whether the tests are known to have reached a point both ways. */
export const isCovered = ({ point, held, failed }: Covered): boolean => held > 0 && (failed > 0 || point.always);

/** What is missing at a point, in words; empty when nothing is. */
export function missing({ point, held, failed }: Covered): string {
  const [yes, no] = {
    rule: ['applies', 'does not apply'],
    'derived role': ['is held', 'is not held'],
    condition: ['is true', 'is false'],
  }[point.sort] as [string, string];
  return [held === 0 ? `never ${yes}` : '', failed === 0 && !point.always ? `never ${no}` : '']
    .filter((it) => it !== '')
    .join(', ');
}
