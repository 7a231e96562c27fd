import { explainQuestions } from '@sparkgate/policy-workbench/space/explain-points';
import { policyName } from '@sparkgate/policy-workbench/coverage/points';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import type { Sides } from './comparison.ts';
import type { Side } from './side.ts';

/** Situations that are decided otherwise by the same rules. */
export interface Sort {
  direction: 'gain' | 'loss';
  /** With file and line. */
  rules: readonly string[];
  /** One of them, in plain words. */
  example: string;
}

/** A situation that is decided otherwise. */
export interface Otherwise {
  question: DecisionInput;
  direction: Sort['direction'];
  words: string;
}

/** Situations of one action and direction whose rules are asked for. */
const MOST_ASKED = 16;

/** Takes a few of many, from all over. */
export function spread<T>(all: readonly T[], most = MOST_ASKED): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, index) => all[Math.floor((index * all.length) / most)]).flatMap((it) =>
    it === undefined ? [] : [it],
  );
}

/** The sort of each situation of one kind: by which rules, which hold in one bundle and not in the other. */
export async function sortsOf(sides: Sides, kind: string, found: readonly Otherwise[]): Promise<Sort[]> {
  const [was, is] = await Promise.all([rulesAt(sides.base, kind, found), rulesAt(sides.head, kind, found)]);
  return found.map(({ direction, words }, index) => {
    const [before, after] = [was[index] ?? [], is[index] ?? []];
    const rules = [
      ...before.filter((it) => !after.some(({ name }) => name === it.name)).map(said('holds no longer')),
      ...after.filter((it) => !before.some(({ name }) => name === it.name)).map(said('holds now')),
    ];
    const same = rules.length > 0 ? [] : after.map(said('says otherwise now'));
    return { direction, rules: [...rules, ...same], example: words };
  });
}

/** One of each sort, in the order in which they were found. */
export function distinctSorts(sorts: readonly Sort[]): Sort[] {
  return [
    ...new Map(sorts.map((it) => [JSON.stringify([it.direction, it.rules]), it] as const).toReversed()).values(),
  ].toReversed();
}

interface Held {
  name: string;
  place: string;
}

const said =
  (how: string) =>
  ({ name, place }: Held): string =>
    `${name} (${place === '' ? '' : `${place}, `}${how})`;

async function rulesAt(side: Side, kind: string, found: readonly Otherwise[]): Promise<Held[][]> {
  if (!side.bundle.kinds.has(kind) || found.length === 0) return found.map(() => []);
  const places = rulePlaces(side.policies);
  const names = await explainQuestions(
    side.folder,
    found.map(({ question }) => question),
  );
  return names.map((own) =>
    own.filter((name) => !name.endsWith('#')).map((name) => ({ name, place: places.get(name) ?? '' })),
  );
}

/** Where each rule stands, by its name in Cerbos' own account. */
function rulePlaces({ resources, exceptions }: Policies): Map<string, string> {
  const own = resources.flatMap(({ kind, version, scope, rules, document }) =>
    rules.map(
      ({ title, keys }) =>
        [
          `${policyName(kind, version, scope).replace(/^cerbos\./, '')}#${title}`,
          `${document.path}:${document.lineOf(keys)}`,
        ] as const,
    ),
  );
  // Cerbos calls rules of principal policies as if the kind had them.
  const excepted = exceptions.flatMap(({ rules, document }) =>
    rules.flatMap(({ rules: inner }) =>
      inner.map(({ name, keys }) => [name ?? '', `${document.path}:${document.lineOf(keys)}`] as const),
    ),
  );
  return new Map([...excepted, ...own]);
}
