import { explainPoints } from '@sparkgate/policy-workbench/space/explain-points';
import type { Change } from './change.ts';
import type { Sides } from './comparison.ts';
import type { Side } from './side.ts';

/** Names the rules behind each change, by Cerbos' own account: those that hold in one bundle and not in the other. */
export async function namedRules(changes: readonly Change[], sides: Sides): Promise<Change[]> {
  const named = new Map<Change, string[]>();
  for (const [kind, own] of Map.groupBy(changes, (change) => change.kind)) {
    const questions = own.flatMap((change) => change.points.map((point) => ({ change, point, action: change.action })));
    const [was, is] = await Promise.all([held(sides.base, kind, questions), held(sides.head, kind, questions)]);
    for (const [index, { change }] of questions.entries()) {
      const [before, after] = [was[index] ?? [], is[index] ?? []];
      const names = named.get(change) ?? [];
      named.set(change, [
        ...names,
        ...before.filter((it) => !after.includes(it)).map((it) => `${it} (no longer holds)`),
        ...after.filter((it) => !before.includes(it)).map((it) => `${it} (holds now)`),
        ...(before.length === after.length && before.every((it) => after.includes(it))
          ? before.map((it) => `${it} (says otherwise now)`)
          : []),
      ]);
    }
  }
  return changes.map((change) => ({ ...change, rules: [...new Set(named.get(change))] }));
}

async function held(side: Side, kind: string, questions: Parameters<typeof explainPoints>[2]): Promise<string[][]> {
  return side.bundle.kinds.has(kind) ? explainPoints(side.folder, kind, questions) : questions.map(() => []);
}
