import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { questionOf } from '@sparkgate/policy-workbench/tests/expectations';
import type { Suite, TestPrincipal, TestResource } from '@sparkgate/policy-workbench/tests/suites';
import type { Sides } from './comparison.ts';
import { distinctSorts, sortsOf, spread, type Otherwise } from './sorts.ts';
import type { SpaceChange } from './spaces.ts';

/** Questions that are made of the tests' subjects and resources at most, for one kind. */
const MOST = 20_000;

/**
 * Compares the answers on what the tests of both sides name: each subject with each resource of a kind. That is no proof
 * for others, and the best there is where situations cannot be counted.
 */
export async function compareFixtures(
  sides: Sides,
  kinds: readonly string[],
  suites: readonly Suite[],
): Promise<SpaceChange[]> {
  const changes: SpaceChange[] = [];
  for (const kind of kinds) {
    const actions = sides.actions(kind);
    const pairs = pairsOf(sides, kind, suites).slice(0, Math.floor(MOST / Math.max(1, actions.length)));
    for (const action of actions) {
      const questions = pairs.map(([who, what]) => questionOf(who, what, action));
      changes.push(...(await compared(sides, { kind, action }, questions)));
    }
  }
  return changes;
}

async function compared(
  sides: Sides,
  { kind, action }: { kind: string; action: string },
  questions: readonly DecisionInput[],
): Promise<SpaceChange[]> {
  const answers = await sides.ask(questions);
  const otherwise = questions.flatMap((question, index): Otherwise[] => {
    const { was, is } = answers[index] ?? { was: false, is: false };
    return was === is ? [] : [{ question, direction: is ? 'gain' : 'loss', words: inWords(question, is) }];
  });
  const [first] = otherwise;
  if (!first) return [];
  const [gained, lost] = (['gain', 'loss'] as const).map((it) => otherwise.filter(({ direction }) => direction === it));
  const sorts = await sortsOf(sides, kind, [...spread(gained ?? []), ...spread(lost ?? [])]);
  const of = 'questions of the tests';
  const counts = { classes: questions.length, gained: gained?.length ?? 0, lost: lost?.length ?? 0 };
  return [{ kind, action, of, ...counts, example: first.words, sorts: distinctSorts(sorts) }];
}

function pairsOf(sides: Sides, kind: string, suites: readonly Suite[]): (readonly [TestPrincipal, TestResource])[] {
  const principals = suites
    .flatMap((suite) => [...suite.principals.values()])
    .filter(({ special }) => special === null);
  const own = suites.flatMap((suite) => [...suite.resources.values()]);
  const resources = own.filter((it) => it.kind === kind && it.special === null);
  const named = ['somebody', ...namedIn(sides)];
  const others = rolesOf(sides, kind).flatMap((role) =>
    named.map((id) => ({ id, roles: [role], attr: {}, special: null })),
  );
  const subjects = distinct([...principals, ...others]);
  return distinct([...resources, bare(kind)]).flatMap((what) => subjects.map((who) => [who, what] as const));
}

/** The roles that rules of either side name, and one that none does: it shows what is opened to all. */
function rolesOf(sides: Sides, kind: string): string[] {
  const both = [sides.base, sides.head];
  const rules = both.flatMap(({ texts }) => texts?.get(kind)?.rules ?? []);
  const narrowed = both.flatMap(({ policies }) =>
    policies.exceptions.flatMap((it) => (it.sort === 'role' ? it.whose : [])),
  );
  const named = [...rules.flatMap(({ roles }) => roles), ...narrowed].filter((it) => it !== '*');
  return [...new Set([...named, 'some_other_role'])];
}

/** Those of whom a policy of their own speaks. */
const namedIn = (sides: Sides): string[] =>
  [sides.base, sides.head].flatMap(({ policies }) =>
    policies.exceptions.flatMap(({ sort, whose }) => (sort === 'principal' ? [whose] : [])),
  );

const bare = (kind: string): TestResource => ({
  id: 'something',
  kind,
  attr: {},
  version: 'default',
  scope: '',
  special: null,
});

function distinct<T>(all: readonly T[]): T[] {
  return [...new Map(all.map((it) => [JSON.stringify(it), it])).values()];
}

/** Characters of attributes that are shown. */
const MOST_SHOWN = 160;

function inWords(
  { principalId, roles, principalAttr, resourceId, kind, resourceAttr, action }: DecisionInput,
  is: boolean,
) {
  const shown = (attr: object): string => {
    const text = JSON.stringify(attr);
    return text === '{}' ? '' : ` ${text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text}`;
  };
  const who = `${principalId} as ${roles.join(', ')}${shown(principalAttr)}`;
  return `${who} on ${kind} ${resourceId}${shown(resourceAttr)}: ${action} -> ${is ? 'ALLOW' : 'DENY'}`;
}
