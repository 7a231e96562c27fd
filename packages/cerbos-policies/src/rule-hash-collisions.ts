import { PolicyError } from './policy-error.ts';
import { loadedPolicies, type PolicyDocument } from './policy-documents.ts';
import type { PolicyFolder } from './policy-folder.ts';
import { asList, asNode, isString, type YamlNode } from './yaml-node.ts';

/** A rule, on one action and in one way to reach it; or a constant. */
interface Row {
  /** File and line. */
  at: string;
  /** What Cerbos tells it apart by. */
  looks: string;
  /** What it means. */
  means: string;
}

/**
 * Refuses what Cerbos would mix up. Cerbos 0.55 tells rules apart by a hash of their contents, and the hash does not see
 * structure (protoc-gen-go-hashpb writes no field tags): `all: [a, b]` has the hash of `any: [a, b]`, `none: [a, b]` and
 * `all: [a, any: [b]]`. Rules with one hash, wherever they are written, are all decided by the one that was loaded first,
 * and of two files that is either. In the same way a constant `false` passes for `""` and for null.
 * @throws PolicyError with files and lines
 */
export function refuseHashCollisions(folder: PolicyFolder): void {
  const documents = loadedPolicies(folder);
  refuse(
    Map.groupBy(rowsOf(documents), ({ looks }) => looks),
    'these two rules, which have the same action, effect and expressions and differ only in all, any and none. ' +
      'Give one of them an output of its own, such as output: { when: { ruleActivated: \'"its name"\' } }.',
  );
  refuse(
    Map.groupBy(constantsOf(documents), ({ looks }) => looks),
    'these two constants of one name, which differ only in how they are nested, or in false, null and "". ' +
      'Give one of them another name.',
  );
}

function refuse(alike: ReadonlyMap<string, readonly Row[]>, what: string): void {
  for (const [first, ...others] of alike.values()) {
    const other = others.find(({ means }) => means !== first?.means);
    if (first && other) throw new PolicyError(`${first.at} and ${other.at}: Cerbos cannot tell apart ${what}`);
  }
}

function rowsOf(documents: readonly PolicyDocument[]): Row[] {
  const sets = documents.map(({ content }) => asNode(content['derivedRoles']));
  return documents.flatMap(({ content, locate }) =>
    ['resourcePolicy', 'principalPolicy', 'rolePolicy'].flatMap((root) => {
      const policy = asNode(content[root]);
      const roles = conditionsOfRoles(sets.filter(({ name }) => asList(policy['importDerivedRoles']).includes(name)));
      return asList(policy['rules']).flatMap((it, index) => {
        const rule = asNode(it);
        const through = asList(rule['derivedRoles']).map((name) => roles.get(name) ?? null);
        const ways = through.length > 0 && asList(rule['roles']).length === 0 ? through : [null, ...through];
        // Of a principal policy's rule the actions have an effect and a condition each.
        const parts = root === 'principalPolicy' ? asList(rule['actions']).map(asNode) : [rule];
        return parts.flatMap((part) =>
          actionsOf(part).flatMap((action) =>
            ways.map((way) => ({ at: locate(root, 'rules', index), ...looked([root, action], part, way) })),
          ),
        );
      });
    }),
  );
}

function conditionsOfRoles(sets: readonly YamlNode[]): Map<unknown, Condition | null> {
  const definitions = sets.flatMap((set) => asList(set['definitions']).map(asNode));
  return new Map(definitions.map(({ name, condition }) => [name, conditionOf(asNode(condition)['match'])]));
}

function actionsOf(part: YamlNode): unknown[] {
  if (part['allowActions'] !== undefined) return [asList(part['allowActions']).map(String).toSorted()];
  return part['action'] === undefined ? asList(part['actions']) : [part['action']];
}

function looked(what: unknown[], part: YamlNode, roleCondition: Condition | null): Pick<Row, 'looks' | 'means'> {
  const condition = conditionOf(asNode(part['condition'])['match']);
  const output = asNode(part['output']);
  const texts = [condition, roleCondition].flatMap((it) => (it === null ? [] : leavesOf(it)));
  const told = [output['expr'], ...Object.values(asNode(output['when']))];
  const sort = [...what, part['effect'] ?? null, condition === null, roleCondition === null];
  return {
    looks: JSON.stringify([sort, texts, told]),
    means: JSON.stringify([condition, roleCondition, output]),
  };
}

type Condition = string | { how: string; of: Condition[] };

function conditionOf(match: unknown): Condition | null {
  const node = asNode(match);
  if (isString(node['expr'])) return node['expr'];
  const how = ['all', 'any', 'none'].find((it) => node[it] !== undefined);
  if (how === undefined) return null;
  const of = asList(asNode(node[how])['of']).flatMap((it) => conditionOf(it) ?? []);
  // One thing is the same as all and any of it.
  return how !== 'none' && of.length === 1 ? (of[0] ?? null) : { how, of };
}

const leavesOf = (condition: Condition): string[] =>
  isString(condition) ? [condition] : condition.of.flatMap(leavesOf);

/** Where constants are named: in a policy, in a set of derived roles, and where they are exported. */
const CONSTANTS = [
  ['resourcePolicy', 'constants', 'local'],
  ['principalPolicy', 'constants', 'local'],
  ['rolePolicy', 'constants', 'local'],
  ['derivedRoles', 'constants', 'local'],
  ['exportConstants', 'definitions'],
] as const;

function constantsOf(documents: readonly PolicyDocument[]): Row[] {
  return documents.flatMap(({ content, locate }) =>
    CONSTANTS.flatMap((keys) => {
      const constants = keys.reduce<YamlNode>((node, key) => asNode(node[key]), content);
      return Object.entries(constants).map(([name, value]) => ({
        at: locate(...keys, name),
        looks: JSON.stringify([name, flat(value)]),
        means: JSON.stringify(value),
      }));
    }),
  );
}

/** A constant as Cerbos looks at it: without its structure, and with nothing, no and an empty text alike. */
function flat(value: unknown): unknown[] {
  if (typeof value === 'object' && value !== null) {
    return (
      Array.isArray(value)
        ? value
        : Object.entries(value)
            .toSorted(([one], [other]) => (one < other ? -1 : 1))
            .flat()
    ).flatMap(flat);
  }
  return [value === false || value === '' ? null : value];
}
