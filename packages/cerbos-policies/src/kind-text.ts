import type { Condition } from './condition.ts';
import { expand, literal } from './expressions.ts';
import { matchesGlob } from './glob.ts';
import type { Json } from './json.ts';
import type { Policies } from './policies.ts';
import type { DerivedRoles, Exceptions, ResourcePolicy, Rule } from './policy.ts';
import { asNode, isString } from './yaml-node.ts';

/** A rule as far as its decision can depend on it: every expression with its variables and constants filled in. */
export interface RuleText {
  name: string;
  file: string;
  actions: readonly string[];
  effect: string;
  /** The principal's roles to which it applies, directly or by a derived role. */
  roles: readonly string[];
  /** The expressions at the leaves of its condition and of its derived roles' conditions. */
  leaves: readonly string[];
  /** The variables beside it: nothing decides by them, unless one errs. */
  variables: readonly string[];
  /** Equal texts decide alike. */
  text: string;
}

/** A resource policy with all that it imports. */
export interface KindText {
  kind: string;
  file: string;
  /** The file of its schema under `_schemas`; null when it has none. */
  schema: string | null;
  rules: readonly RuleText[];
  /** The files that it is made of, its own first. */
  files: readonly string[];
  /** The principal and role policies that have a say in it, such as `principal policy of eve`. */
  swayedBy: readonly string[];
}

/** What an expression may name, and the files that it is named in. */
interface Scope {
  names: ReadonlyMap<string, string>;
  variables: readonly string[];
  files: readonly string[];
}

/** A condition with its variables and constants filled in. */
type Filled = { expr: string } | { how: string; of: readonly Filled[] };

interface DerivedRole {
  parents: readonly string[];
  condition: Filled | null;
  variables: readonly string[];
}

/** Every kind's policy, read whole. @throws UnreadableExpression where an expression is beyond what is read here */
export function readKindTexts(policies: Policies): Map<string, KindText> {
  const kinds = new Map<string, KindText>();
  for (const policy of policies.resources) {
    const text = kindText(policy, policies);
    const before = kinds.get(policy.kind);
    kinds.set(policy.kind, before ? { ...before, rules: [...before.rules, ...text.rules] } : text);
  }
  return kinds;
}

function kindText(policy: ResourcePolicy, policies: Policies): KindText {
  const { kind, schemas, document } = policy;
  const scope = scopeOf(policy, policies);
  const sets = policies.derivedRoles
    .filter(({ name }) => policy.importDerivedRoles.includes(name))
    .map((set) => ({ set, scope: scopeOf(set, policies) }));
  const derived = new Map(sets.flatMap(rolesOf));
  const texts = policy.rules.map((rule, index) => ruleText(rule, index, { file: document.path, scope, derived }));
  const rules = texts.some(asksForDerivedRoles) ? texts.map((it) => withDerivedRoles(it, derived)) : texts;
  const { ref } = asNode(schemas['resourceSchema']);
  return {
    kind,
    file: document.path,
    schema: isString(ref) ? ref.replace(/^cerbos:\/\/\//, '') : null,
    rules,
    files: [...new Set([document.path, ...scope.files, ...sets.flatMap((it) => it.scope.files)])],
    swayedBy: policies.exceptions.flatMap((it) =>
      sways(it, kind, rules) ? `the ${it.sort} policy of ${it.whose}` : [],
    ),
  };
}

const asksForDerivedRoles = ({ leaves, variables }: RuleText): boolean =>
  [...leaves, ...variables].some((it) => /\bruntime\b/.test(it));

const withDerivedRoles = (rule: RuleText, derived: ReadonlyMap<string, DerivedRole>): RuleText => ({
  ...rule,
  text: JSON.stringify([rule.text, ...derived]),
});

/** A role policy counts for whoever has its role, whatever kinds it names. */
function sways({ sort, whose, rules }: Exceptions, kind: string, own: readonly RuleText[]): boolean {
  const isNamed = rules.some(({ resource }) => matchesGlob(resource, kind));
  return isNamed || (sort === 'role' && own.some(({ roles }) => roles.includes(whose)));
}

function ruleText(
  rule: Rule,
  index: number,
  { file, scope, derived }: { file: string; scope: Scope; derived: ReadonlyMap<string, DerivedRole> },
): RuleText {
  const own = filled(rule.condition, scope.names);
  const through = rule.derivedRoles.flatMap((name) => derived.get(name) ?? []);
  const conditions = [own, ...through.map((role) => role.condition)].filter((it) => it !== null);
  return {
    name: rule.name ?? `rule ${index + 1}`,
    file,
    actions: rule.actions,
    effect: String(rule.effect),
    roles: [...rule.roles, ...through.flatMap((role) => role.parents)],
    leaves: conditions.flatMap(expressionsOf),
    variables: [...scope.variables, ...through.flatMap((role) => role.variables)],
    text: JSON.stringify([
      rule.effect,
      rule.roles.toSorted(),
      through.map(({ parents, condition }) => JSON.stringify([parents.toSorted(), condition])).toSorted(),
      own,
    ]),
  };
}

function filled(condition: Condition | null, names: ReadonlyMap<string, string>): Filled | null {
  if (condition === null) return null;
  if ('expr' in condition) return { expr: expand(condition.expr, names) };
  return { how: condition.how, of: condition.of.flatMap((it) => filled(it, names) ?? []) };
}

const expressionsOf = (condition: Filled): string[] =>
  'expr' in condition ? [condition.expr] : condition.of.flatMap(expressionsOf);

function rolesOf({ set, scope }: { set: DerivedRoles; scope: Scope }): [string, DerivedRole][] {
  return set.definitions.map(({ name, parentRoles, condition }) => [
    name,
    { parents: parentRoles, condition: filled(condition, scope.names), variables: scope.variables },
  ]);
}

/** What names such as `V.x` and `C.y` stand for in a policy. @throws UnreadableExpression where they go in circles */
export const namesIn = (policy: Named, policies: Policies): ReadonlyMap<string, string> =>
  scopeOf(policy, policies).names;

type Named = Pick<ResourcePolicy, 'document' | 'variables' | 'constants'>;

/** The variables and constants that are in scope, with those of the policy itself over imported ones. */
function scopeOf({ document, variables, constants }: Named, { exported }: Policies): Scope {
  const imported = (sort: 'variables' | 'constants', imports: readonly string[]) =>
    imports.flatMap((name) => exported.filter((it) => it.sort === sort && it.name === name));
  const [shared, fixed] = [imported('variables', variables.imports), imported('constants', constants.imports)];
  const names = new Map([
    ['request.resource.attr', 'R.attr'],
    ['request.principal.attr', 'P.attr'],
    ['request.principal.roles', 'P.roles'],
  ]);
  for (const [name, value] of [...fixed.map(({ definitions }) => definitions), constants.local].flatMap(
    Object.entries,
  )) {
    for (const short of ['C', 'constants']) names.set(`${short}.${name}`, literal(value as Json));
  }
  const all = [...shared.map(({ definitions }) => definitions), variables.local].flatMap(Object.entries<unknown>);
  for (const [name, value] of all) {
    for (const short of ['V', 'variables']) names.set(`${short}.${name}`, String(value));
  }
  return {
    names,
    variables: all.map(([, value]) => expand(String(value), names)),
    files: [document.path, ...[...fixed, ...shared].map((it) => it.document.path)],
  };
}
