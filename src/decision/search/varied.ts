import { isDeepStrictEqual } from 'node:util';
import { factsWith, type Fact, type Facts, type Part } from '../../facts/kind.ts';
import type { Projection } from '../../facts/kinds.ts';
import { isPossible, PATH_FACTS, type AccessPath } from '../../facts/tiktok-account.ts';
import { subsets, valuesOf } from '../../facts/values.ts';
import type { Told } from './tier.ts';

// What the candidates of a tier have in common follows from what each fact hangs on. Facts of the side that stands still
// are as its projection on an unrelated one shows them; facts of the side that moves may have any value, as far as rules
// about the action look at them: what nobody looks at tells nothing.

/**
 * The vectors that candidates of a tier can have.
 * @param given the values of facts that the tier is about
 */
export function varied(
  unrelated: Projection,
  moving: 'subject' | 'resource',
  told: Told,
  given: Readonly<Record<string, readonly unknown[]>> = {},
): Projection[] {
  const vectors = Object.entries(told.facts).reduce<object[]>(
    (all, [name, it]) => {
      const moves = it.sort === 'fact' && isDeepStrictEqual(it.on, [moving]) && mayMatter(name, it, told);
      const values = given[name] ?? (moves ? valuesOf(it.schema) : null);
      return values ? all.flatMap((vector) => values.map((value) => ({ ...vector, [name]: value }))) : all;
    },
    [unrelated.vector],
  );
  return vectors.map((vector) => ({ ...unrelated, vector }) as Projection);
}

/** What every policy is sent is taken to matter; what one asked for, where its rules look at it. */
const mayMatter = (name: string, { later }: Fact, { looksAt }: Told): boolean => later !== true || looksAt(name);

/**
 * Every path through a Business Center that is like another but for what hangs on the side that moves.
 * @param varies whether that can be otherwise, where it is another Business Center
 */
export function pathsLike(path: AccessPath, varies: (on: readonly Part[]) => boolean, told: Told): AccessPath[] {
  const free = Object.entries(pathFactsOf(told)).flatMap(([name, it]): [string, readonly unknown[]][] =>
    it.sort === 'fact' && varies(it.on) && mayMatter(name, it, told) ? [[name, valuesOf(it.schema)]] : [],
  );
  const all = free.reduce<AccessPath[]>(
    (paths, [name, values]) => paths.flatMap((it) => values.map((value) => ({ ...it, [name]: value }))),
    [path],
  );
  return all.filter(isPossible);
}

/** A path through a Business Center to which the subject is a stranger, but for what is given. */
export function pathWith(told: Told, given: Partial<AccessPath>): AccessPath {
  return factsWith(pathFactsOf(told), given) as AccessPath;
}

function pathFactsOf({ facts }: Told): Facts {
  const { paths } = facts;
  return paths?.sort === 'list' ? paths.each : PATH_FACTS;
}

/** Where there are more sets of paths than this, looking at the candidates costs less than deciding every set. */
const MOST_SETS = 64;

/** All sets of these paths, the empty one too, or null when there are too many. */
export function setsOf(paths: readonly AccessPath[]): AccessPath[][] | null {
  return 2 ** paths.length > MOST_SETS ? null : subsets(paths);
}
