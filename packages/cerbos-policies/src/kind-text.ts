import { matchesGlob } from './glob.ts';
import { expand, literal } from './expressions.ts';
import type { Json } from './json.ts';
import { asList, asNode, isString, type YamlNode } from './yaml-node.ts';
import type { PolicyFile } from './policy-files.ts';

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

interface Scope {
  names: Map<string, string>;
  variables: string[];
  files: Set<string>;
}

/** Every kind's policy, read whole. @throws UnreadableExpression where an expression is beyond what is read here */
export function readKindTexts(files: readonly PolicyFile[]): Map<string, KindText> {
  const kinds = new Map<string, KindText>();
  for (const file of files) {
    for (const root of file.documents) {
      const policy = asNode(root['resourcePolicy']);
      const kind = policy['resource'];
      if (!isString(kind)) continue;
      const text = kindText(kind, file.path, policy, files);
      const before = kinds.get(kind);
      kinds.set(kind, before ? { ...before, rules: [...before.rules, ...text.rules] } : text);
    }
  }
  return kinds;
}

function kindText(kind: string, file: string, policy: YamlNode, files: readonly PolicyFile[]): KindText {
  const scope = scopeOf(policy, files, file);
  const derived = derivedRoles(policy, files, scope.files);
  const ref = asNode(asNode(policy['schemas'])['resourceSchema'])['ref'];
  const texts = asList(policy['rules']).map((it, index) => ruleText(asNode(it), index, { file, scope, derived }));
  const rules = texts.some(asksForDerivedRoles) ? texts.map((it) => withDerivedRoles(it, derived)) : texts;
  return {
    kind,
    file,
    schema: isString(ref) ? ref.replace(/^cerbos:\/\/\//, '') : null,
    rules,
    files: [file, ...[...scope.files].filter((it) => it !== file)],
    swayedBy: files.flatMap(({ documents }) => documents.flatMap((root) => swaying(root, kind, rules))),
  };
}

const asksForDerivedRoles = ({ leaves, variables }: RuleText): boolean =>
  [...leaves, ...variables].some((it) => /\bruntime\b/.test(it));

const withDerivedRoles = (rule: RuleText, derived: ReadonlyMap<string, DerivedRole>): RuleText => ({
  ...rule,
  text: JSON.stringify([rule.text, ...derived]),
});

/** A role policy counts for whoever has its role, whatever kinds it names. */
function swaying(root: YamlNode, kind: string, rules: readonly RuleText[]): string[] {
  const [principal, role] = [asNode(root['principalPolicy']), asNode(root['rolePolicy'])];
  const names = (policy: YamlNode): boolean =>
    asList(policy['rules']).some((it) => matchesGlob(String(asNode(it)['resource']), kind));
  const hasRole = rules.some(({ roles }) => roles.includes(String(role['role'])));
  return [
    ...(names(principal) ? [`the principal policy of ${String(principal['principal'])}`] : []),
    ...(names(role) || hasRole ? [`the role policy of ${String(role['role'])}`] : []),
  ];
}

interface DerivedRole {
  parents: string[];
  condition: Condition | null;
  variables: string[];
}

function ruleText(
  rule: YamlNode,
  index: number,
  { file, scope, derived }: { file: string; scope: Scope; derived: Map<string, DerivedRole> },
): RuleText {
  const own = conditionOf(asNode(asNode(rule['condition'])['match']), scope.names);
  const through = asList(rule['derivedRoles']).flatMap((name) => derived.get(String(name)) ?? []);
  const direct = asList(rule['roles']).filter(isString);
  const conditions = [own, ...through.map((role) => role.condition)].filter((it) => it !== null);
  const effect = String(rule['effect']);
  const actions = asList(rule['actions']).filter(isString);
  const variables = [...scope.variables, ...through.flatMap((role) => role.variables)];
  return {
    name: isString(rule['name']) ? rule['name'] : `rule ${index + 1}`,
    file,
    actions,
    effect,
    roles: [...direct, ...through.flatMap((role) => role.parents)],
    leaves: conditions.flatMap(leavesOf),
    variables,
    text: JSON.stringify([effect, direct, through.map(({ parents, condition }) => [parents, condition]), own]),
  };
}

type Condition = { expr: string } | { of: Condition[]; how: string };

function conditionOf(match: YamlNode, names: ReadonlyMap<string, string>): Condition | null {
  if (isString(match['expr'])) return { expr: expand(match['expr'], names) };
  for (const how of ['all', 'any', 'none']) {
    if (match[how] === undefined) continue;
    const of = asList(asNode(match[how])['of']).map((it) => conditionOf(asNode(it), names));
    return { how, of: of.filter((it) => it !== null) };
  }
  return null;
}

function leavesOf(condition: Condition): string[] {
  return 'expr' in condition ? [condition.expr] : condition.of.flatMap(leavesOf);
}

function derivedRoles(policy: YamlNode, files: readonly PolicyFile[], used: Set<string>): Map<string, DerivedRole> {
  const roles = new Map<string, DerivedRole>();
  for (const set of asList(policy['importDerivedRoles'])) {
    for (const { path, node } of exported('derivedRoles', set, files)) {
      const scope = scopeOf(node, files, path);
      for (const file of scope.files) used.add(file);
      for (const definition of asList(node['definitions']).map(asNode)) {
        roles.set(String(definition['name']), {
          parents: asList(definition['parentRoles']).filter(isString),
          condition: conditionOf(asNode(asNode(definition['condition'])['match']), scope.names),
          variables: scope.variables,
        });
      }
    }
  }
  return roles;
}

function exported(sort: string, name: unknown, files: readonly PolicyFile[]): { path: string; node: YamlNode }[] {
  return files.flatMap(({ path, documents }) =>
    documents.flatMap((root) => {
      const node = asNode(root[sort]);
      return root[sort] !== undefined && node['name'] === name ? [{ path, node }] : [];
    }),
  );
}

/** The variables and constants that are in scope, with those of the policy itself over imported ones. */
function scopeOf(node: YamlNode, files: readonly PolicyFile[], own: string): Scope {
  const used = new Set([own]);
  const imported = (sort: string, key: string): YamlNode[] =>
    asList(asNode(node[key])['import']).flatMap((name) =>
      exported(sort, name, files).map(({ path, node: found }) => {
        used.add(path);
        return asNode(found['definitions']);
      }),
    );
  const constants = [...imported('exportConstants', 'constants'), asNode(asNode(node['constants'])['local'])];
  const variables = [...imported('exportVariables', 'variables'), asNode(asNode(node['variables'])['local'])];
  const names = new Map([
    ['request.resource.attr', 'R.attr'],
    ['request.principal.attr', 'P.attr'],
    ['request.principal.roles', 'P.roles'],
  ]);
  for (const [name, value] of constants.flatMap((it) => Object.entries(it))) {
    for (const short of ['C', 'constants']) names.set(`${short}.${name}`, literal(value as Json));
  }
  const all = variables.flatMap((it) => Object.entries(it));
  for (const [name, value] of all) {
    for (const short of ['V', 'variables']) names.set(`${short}.${name}`, String(value));
  }
  return { names, variables: all.map(([, value]) => expand(String(value), names)), files: used };
}
