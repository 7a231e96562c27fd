import type { TracedTest, TraceEntry } from '@sparkgate/cerbos-pdp/traces';
import { matchesAny, matchesGlob } from '@sparkgate/cerbos-policies/glob';
import type { Suite } from '../tests/suites.ts';
import type { CoverageGround, CoveragePoint, PlacedRule } from './points.ts';

/** A point that a test reached, one way or the other. */
export interface Hit {
  key: string;
  held: boolean;
}

/** What tests are held against. */
export interface Measured {
  ground: CoverageGround;
  suites: ReadonlyMap<string, Suite>;
}

/** What tells a point from others. */
export const keyOf = ({ policy, owner, sort, at }: Pick<CoveragePoint, 'policy' | 'owner' | 'sort' | 'at'>): string =>
  [policy, owner, sort === 'condition' ? ['CONDITION', ...at].join('/') : ''].join('\n');

/** What one entry of a trace says of a rule or derived role, and of its conditions. */
export function hitsOf({ at, activated, result }: TraceEntry, test: TracedTest, measured: Measured): Hit[] {
  const index = at.findIndex(({ kind }) => kind === 'RULE' || kind === 'DERIVED_ROLE');
  const owner = at[index];
  if (owner === undefined) return [];
  const of = ownerOf(at, owner.name, test, measured);
  if (of === null) return [];
  const below = at.slice(index + 1);
  const hit = (steps: readonly string[] | null, held: boolean): Hit => ({
    key: keyOf({ ...of, sort: steps === null ? 'rule' : 'condition', at: steps ?? [] }),
    held,
  });
  if (below.length === 0) return activated || of.isNegated ? [] : [hit(null, false)];
  if (below[0]?.kind !== 'CONDITION') return [];
  const isLeaf = below.at(-1)?.kind === 'EXPR' || below.length === 1;
  // Cerbos says CONDITION alone for a rule or derived role that has none: it holds.
  const all = below
    .slice(1)
    .flatMap(({ kind, name }) =>
      kind === 'EXPR' ? [] : [kind === 'CONDITION' ? name : kind.replace('CONDITION_', '')],
    );
  // A role policy denies where its condition does not hold.
  if (of.isNegated && all.length < 2) return [];
  const steps = of.isNegated ? all.slice(2) : all;
  const isWhole = steps.length <= 1;
  const hits = isLeaf ? [hit(steps, result === true)] : [];
  return isWhole ? [...hits, hit(null, result === true)] : hits;
}

interface Named {
  policy: string;
  owner: string;
  isNegated: boolean;
}

/** Whose rule it is; null where that cannot be told. */
function ownerOf(at: TraceEntry['at'], owner: string, test: TracedTest, measured: Measured): Named | null {
  const policy = at[0]?.kind === 'POLICY' ? at[0].name : '';
  const action = at.find(({ kind }) => kind === 'ACTION')?.name;
  if (action === undefined) return { policy, owner, isNegated: false };
  const scope = at.find(({ kind }) => kind === 'SCOPE')?.name ?? '';
  const exception = exceptionOf(owner, { action, scope }, test, measured);
  if (exception) return { ...exception.point, isNegated: exception.policy.sort === 'role' };
  if (owner === '') return null;
  const [unscoped = ''] = policy.split('/');
  return { policy: `${unscoped}${scope === '' ? '' : `/${scope}`}`, owner, isNegated: false };
}

/** The rule of a principal or role policy that an entry is about; Cerbos gives rules of role policies no name. */
function exceptionOf(
  owner: string,
  { action, scope }: { action: string; scope: string },
  { file, principal, resource }: TracedTest,
  { ground, suites }: Measured,
): PlacedRule | null {
  if (ground.exceptions.length === 0) return null;
  const suite = suites.get(file);
  const [who, what] = [suite?.principals.get(principal), suite?.resources.get(resource)];
  if (!who || !what) return null;
  const found = ground.exceptions.filter(({ policy, rule, kind, point }) => {
    if ((policy.scope ?? '') !== scope || !matchesGlob(kind, what.kind)) return false;
    if (!matchesAny(rule.actions, action)) return false;
    return policy.sort === 'principal'
      ? policy.whose === who.id && point.owner === `${kind} ${owner}`
      : policy.sort === 'role' && owner === '' && rule.condition !== null && who.roles.includes(policy.whose);
  });
  return found.length === 1 ? (found[0] ?? null) : null;
}
