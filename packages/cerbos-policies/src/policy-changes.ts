import { isDeepStrictEqual } from 'node:util';
import { isSchema, type Policies } from './policies.ts';
import type { Keys, PolicyDocument } from './policy-documents.ts';
import type { Policy } from './policy.ts';
import { asList, asNode, isString, type YamlNode } from './yaml-node.ts';

/** Something that two folders of policies say differently, as it is written: whether that decides anything is not asked. */
export interface PolicyChange {
  is: 'added' | 'removed' | 'changed';
  /** `rule`, `derived role`, `variable`, `constant`, `head` (all else of a policy), `policy` or `schema`. */
  part: Part['part'] | 'policy' | 'schema';
  /** The policy or schema, such as `resource policy of door (scope acme)`. */
  policy: string;
  /** The kinds that it is about, as patterns; null: any that uses it. */
  kinds: readonly string[] | null;
  /** Whether it has a say where a question names neither a version nor a scope. */
  decides: boolean;
  /** What of it, such as a rule's name; the policy's own for one that is there or gone as a whole. */
  title: string;
  /** Where it stands now, or stood before where it is gone. */
  file: string;
  line: number;
  /** Its place in the document; null where it is gone, and of a schema. */
  at: { document: PolicyDocument; keys: Keys } | null;
}

interface Part {
  part: 'rule' | 'derived role' | 'variable' | 'constant' | 'head';
  title: string;
  /** What pairs it with what it was before; null: only its content does. */
  name: string | null;
  content: unknown;
  keys: Keys;
}

/** What differs between two folders; order, comments, names of rules and the files that policies stand in count nothing. */
export function policyChanges(base: Policies, head: Policies): PolicyChange[] {
  const [before, after] = [byIdentity(base), byIdentity(head)];
  const changes = [...new Set([...before.keys(), ...after.keys()])].flatMap((identity) => {
    const [was, is] = [before.get(identity) ?? [], after.get(identity) ?? []];
    const [gone] = was;
    if (is.length === 0) return gone ? [whole('removed', gone)] : [];
    return was.length === 0 ? is.map((it) => whole('added', it)) : partChanges(was, is);
  });
  return [...changes, ...schemaChanges(base, head)];
}

/** A change in a line, such as `door.yaml:8 rule members-open: changed, in the resource policy of door`. */
export function changeLine({ is, part, policy, title, file, line }: PolicyChange): string {
  const what = part === 'policy' || part === 'schema' ? policy : `${part} ${title} of the ${policy}`;
  return `${is} ${file}:${line} ${what}${is === 'removed' ? ' (as it stood in the base)' : ''}`;
}

const byIdentity = ({ loaded }: Policies): Map<string, Policy[]> => Map.groupBy(loaded, identityOf);

/** What tells a policy from others to Cerbos. */
function identityOf(policy: Policy): string {
  switch (policy.sort) {
    case 'resource':
      return `resource policy of ${policy.kind}${placeOf(policy)}`;
    case 'principal':
    case 'role':
      return `${policy.sort} policy of ${policy.whose}${placeOf(policy)}`;
    case 'derived roles':
      return `derived roles ${policy.name}`;
    case 'variables':
    case 'constants':
      return `exported ${policy.sort} ${policy.name}`;
  }
}

function reachOf(policy: Policy): Pick<PolicyChange, 'kinds' | 'decides'> {
  const { decides } = policy.document;
  if (policy.sort === 'resource') return { kinds: [policy.kind], decides };
  if (policy.sort === 'principal') return { kinds: policy.rules.map(({ resource }) => resource), decides };
  // A role policy narrows its role everywhere.
  return { kinds: policy.sort === 'role' ? ['*'] : null, decides };
}

function placeOf({ version, scope }: { version: string; scope: string | null }): string {
  const said = [
    ...(version === 'default' ? [] : [`version ${version}`]),
    ...(scope === null || scope === '' ? [] : [`scope ${scope}`]),
  ];
  return said.length === 0 ? '' : ` (${said.join(', ')})`;
}

function whole(is: 'added' | 'removed', policy: Policy): PolicyChange {
  const { document } = policy;
  const title = identityOf(policy);
  const at = is === 'added' ? { document, keys: [] } : null;
  return {
    is,
    part: 'policy',
    policy: title,
    ...reachOf(policy),
    title,
    file: document.path,
    line: document.lineOf([]),
    at,
  };
}

function partChanges(was: readonly Policy[], is: readonly Policy[]): PolicyChange[] {
  const [old, now] = [was.flatMap(partsOf), is.flatMap(partsOf)];
  const isIn = (all: readonly Placed[], { part, content, name }: Part): boolean =>
    all.some(
      (it) => it.part === part && (part === 'rule' || it.name === name) && isDeepStrictEqual(it.content, content),
    );
  const gone = old.filter((it) => !isIn(now, it));
  const changes = now
    .filter((it) => !isIn(old, it))
    .map((it): PolicyChange => {
      const pair = gone.findIndex((other) => other.part === it.part && isPair(other, it));
      if (pair >= 0) gone.splice(pair, 1);
      return { ...told(it, pair < 0 ? 'added' : 'changed'), at: { document: it.policy.document, keys: it.keys } };
    });
  return [...changes, ...gone.map((it): PolicyChange => ({ ...told(it, 'removed'), at: null }))];
}

/** By name, or for nameless rules by where they stand. */
const isPair = (a: Part, b: Part): boolean =>
  a.name === null && b.name === null ? isDeepStrictEqual(a.keys, b.keys) : a.name === b.name;

const told = ({ policy, part, title, keys }: Placed, is: PolicyChange['is']): Omit<PolicyChange, 'at'> => ({
  is,
  part,
  policy: identityOf(policy),
  ...reachOf(policy),
  title,
  file: policy.document.path,
  line: policy.document.lineOf(keys),
});

type Placed = Part & { policy: Policy };

/** What a policy is made of. */
function partsOf(policy: Policy): Placed[] {
  const { content } = policy.document;
  const sort = Object.keys(content).find(isBody) ?? '';
  const body = asNode(content[sort]);
  const head = Object.fromEntries(Object.entries(body).filter(([key]) => !APART.has(key)));
  const parts: Part[] = [
    { part: 'head', title: 'head', name: '', content: bare(head), keys: [sort] },
    ...rulesOf(policy),
    ...('definitions' in policy ? definitionsOf(policy) : []),
    ...namedIn('variable', asNode(asNode(body['variables'])['local']), [sort, 'variables', 'local']),
    ...namedIn('variable', asNode(content['variables']), ['variables']),
    ...namedIn('constant', asNode(asNode(body['constants'])['local']), [sort, 'constants', 'local']),
    ...importsOf(body, sort),
  ];
  return parts.map((it) => ({ ...it, policy }));
}

const APART = new Set(['rules', 'definitions', 'variables', 'constants']);
const isBody = (key: string): boolean => /^(?:\w+Policy|derivedRoles|export\w+)$/.test(key);

function rulesOf(policy: Policy): Part[] {
  if (policy.sort === 'resource') return policy.rules.map((rule) => partOf(policy.document, rule, rule.name, []));
  if (policy.sort !== 'principal' && policy.sort !== 'role') return [];
  return policy.rules.flatMap(({ resource, rules }) =>
    rules.map((rule) => partOf(policy.document, rule, rule.name, [resource])),
  );
}

function partOf(
  { content }: PolicyDocument,
  { keys, title, actions }: { keys: Keys; title: string; actions: readonly string[] },
  name: string | null,
  of: readonly string[],
): Part {
  const { name: _, ...rule } = asNode(inside(content, keys));
  return { part: 'rule', title: name ?? `${title} (${actions.join(', ')})`, name, content: [of, bare(rule)], keys };
}

function definitionsOf(policy: Policy & { definitions: unknown }): Part[] {
  if (policy.sort !== 'derived roles') {
    const [sort, part] =
      policy.sort === 'constants'
        ? (['exportConstants', 'constant'] as const)
        : (['exportVariables', 'variable'] as const);
    return namedIn(part, asNode(policy.definitions), [sort, 'definitions']);
  }
  return policy.definitions.map(({ name, keys }) => ({
    part: 'derived role',
    title: name,
    name,
    content: bare(inside(policy.document.content, keys)),
    keys,
  }));
}

const namedIn = (part: 'variable' | 'constant', of: YamlNode, keys: Keys): Part[] =>
  Object.entries(of).map(([name, value]) => ({ part, title: name, name, content: bare(value), keys: [...keys, name] }));

const importsOf = (body: YamlNode, sort: string): Part[] =>
  ['variables', 'constants'].map((of) => ({
    part: 'head',
    title: `imported ${of}`,
    name: of,
    content: bare(asNode(body[of])['import'] ?? [], 'importDerivedRoles'),
    keys: [sort, of],
  }));

const inside = (content: YamlNode, keys: Keys): unknown =>
  keys.reduce<unknown>((it, key) => (typeof key === 'number' ? asList(it)[key] : asNode(it)[key]), content);

/** Lists whose order tells nothing. */
const SETS = new Set(['actions', 'allowActions', 'roles', 'derivedRoles', 'parentRoles', 'importDerivedRoles']);

/** Such lists in one order, and texts without white space around or doubled. */
function bare(value: unknown, key = ''): unknown {
  if (isString(value)) return /["']/.test(value) ? value.trim() : value.trim().replaceAll(/\s+/g, ' ');
  if (Array.isArray(value)) {
    const items = value.map((it) => bare(it));
    return SETS.has(key) && items.every(isString) ? items.toSorted() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, bare(it, name)]));
}

function schemaChanges(base: Policies, head: Policies): PolicyChange[] {
  const schemas = ({ files }: Policies): Map<string, unknown> =>
    new Map(files.filter(({ path }) => isSchema(path)).map(({ path, text }) => [path, parsed(text)]));
  const [before, after] = [schemas(base), schemas(head)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((file): PolicyChange[] => {
    if (isDeepStrictEqual(before.get(file), after.get(file))) return [];
    const is = !before.has(file) ? 'added' : after.has(file) ? 'changed' : 'removed';
    return [{ is, part: 'schema', policy: 'schema', kinds: null, decides: true, title: file, file, line: 1, at: null }];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
