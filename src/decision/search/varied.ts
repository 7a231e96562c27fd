import { isDeepStrictEqual } from 'node:util';
import type { Facts, Fact, Part } from '../../facts/kind.ts';
import { STORED_KINDS, type Projection } from '../../facts/kinds.ts';
import { CENTER_PATHS, PATH_FACTS, type AccessPath } from '../../facts/tiktok-account.ts';
import { subsets, valuesOf } from '../../facts/values.ts';

// What the candidates of a tier have in common follows from what each fact hangs on. Facts of the side that stands still
// are as its projection on an unrelated one shows them; facts of the side that moves may have any value.

/**
 * The vectors that candidates of a tier can have.
 * @param given the values of facts that the tier is about
 */
export function varied(
  unrelated: Projection,
  moving: 'subject' | 'resource',
  given: Readonly<Record<string, readonly unknown[]>> = {},
): Projection[] {
  const { facts }: { facts: Facts } = STORED_KINDS[unrelated.kind];
  const vectors = Object.entries(facts).reduce<object[]>(
    (all, [name, it]) => {
      const own = it.sort === 'fact' && isDeepStrictEqual(it.on, [moving]) ? valuesOf(it.schema) : null;
      const values = given[name] ?? own;
      return values ? all.flatMap((vector) => values.map((value) => ({ ...vector, [name]: value }))) : all;
    },
    [unrelated.vector],
  );
  return vectors.map((vector) => ({ ...unrelated, vector }) as Projection);
}

/**
 * Every path through a Business Center that is like another but for what hangs on the side that moves.
 * @param also what else can be otherwise, where it is another Business Center
 */
export function pathsLike(path: AccessPath, varies: (on: readonly Part[]) => boolean): AccessPath[] {
  const facts: readonly (readonly [string, Fact])[] = Object.entries(PATH_FACTS);
  const same = facts.filter(([, { on }]) => !varies(on)).map(([name]) => name as keyof AccessPath);
  return CENTER_PATHS.filter((it) => same.every((name) => isDeepStrictEqual(it[name], path[name])));
}

/** Where there are more sets of paths than this, looking at the candidates costs less than deciding every set. */
const MOST_SETS = 64;

/** All sets of these paths, the empty one too, or null when there are too many. */
export function setsOf(paths: readonly AccessPath[]): AccessPath[][] | null {
  return 2 ** paths.length > MOST_SETS ? null : subsets(paths);
}
