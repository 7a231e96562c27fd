import { distinctSorted } from '../../facts/kind.ts';
import type { AccessPath } from '../../facts/tiktok-account.ts';
import { newCenterPaths, newLinkPaths, pathOptions, type PathOption } from './path-steps.ts';
import { unbeaten, type Field, type Step } from './step.ts';
import type { Apart } from './equivalence-classes.ts';

/** More lists of paths than this are not held at once, nor more ways to one and the same. */
const MOST_LISTS = 2000;
const MOST_WAYS = 24;

interface Way {
  list: AccessPath[];
  steps: readonly Step[];
}

/** All that may become of a user's paths. @param isNamed the check names a Business Center: there is its path alone */
export function pathField(paths: readonly AccessPath[], isNamed: boolean, apart: Apart): Field {
  const hasLink = paths.some(({ via }) => via === 'ACCOUNT_LINK');
  const present = paths.map((path, at) => [{ path, steps: [] }, ...pathOptions(path, at).filter(isPossible)]);
  function isPossible({ path }: PathOption): boolean {
    return !isNamed || path !== null;
  }
  const next = paths.length;
  const absent: PathOption = { path: null, steps: [] };
  const added = [
    ...(hasLink ? [] : [[absent, ...newLinkPaths(next)]]),
    [absent, ...newCenterPaths(hasLink ? next : next + 1)],
    [absent, ...newCenterPaths(hasLink ? next + 1 : next + 2)],
  ];
  return combined(isNamed ? present : [...present, ...added], next, apart);
}

/** One path after the other; lists that the rules cannot tell apart go on as one. */
function combined(places: readonly (readonly PathOption[])[], present: number, apart: Apart): Field {
  let ways: Way[] = [{ list: [], steps: [] }];
  let missingFrom = Infinity;
  for (const options of places) {
    const longer = ways.flatMap(({ list, steps }) =>
      options.map((it): Way => ({
        list: it.path ? [...list, it.path] : list,
        steps: [...steps, ...it.steps],
      })),
    );
    const kept = fewest(longer, apart);
    ways = kept.slice(0, MOST_LISTS);
    missingFrom = Math.min(missingFrom, kept[MOST_LISTS]?.steps.length ?? Infinity);
  }
  const options = ways
    .filter(({ steps }) => steps.length > 0)
    .map(({ list, steps }) => ({ value: distinctSorted(list), steps: numbered(steps, present) }));
  return { name: 'paths', options, missingFrom: missingFrom === Infinity ? null : missingFrom };
}

function fewest(ways: readonly Way[], apart: Apart): Way[] {
  const classOf = ({ list }: Way): string => {
    const value = distinctSorted(list);
    return apart.adds('paths') ? apart.classOf('paths', value) : JSON.stringify(value);
  };
  const kept = [...Map.groupBy(ways, classOf).values()].flatMap((alike) =>
    unbeaten(
      alike.toSorted((a, b) => a.steps.length - b.steps.length),
      ({ steps }) => steps,
    ).slice(0, MOST_WAYS),
  );
  return kept.toSorted((a, b) => a.steps.length - b.steps.length);
}

/** New paths are numbered in the order in which they are told, after those that are there. */
function numbered(steps: readonly Step[], present: number): Step[] {
  const numbers = new Map<number, number>();
  return steps.map((step) => {
    const at = Number(step.fact.split('/')[2]);
    if (at < present) return step;
    numbers.set(at, numbers.get(at) ?? present + numbers.size);
    const own = (fact: string): string => fact.replace(/^\/paths\/\d+/, `/paths/${numbers.get(at)}`);
    return { ...step, fact: own(step.fact), changes: step.changes.map((it) => ({ ...it, fact: own(it.fact) })) };
  });
}
