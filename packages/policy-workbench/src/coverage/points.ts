import { isMap, isScalar, isSeq, type LineCounter, type Node, type YAMLMap } from 'yaml';
import { expanded } from '@sparkgate/cerbos-policies/expanded';
import { decidingDocuments } from '@sparkgate/cerbos-policies/policy-documents';
import type { PolicyFile } from '@sparkgate/cerbos-policies/policy-files';

/** A place in the policies that the tests have to reach in two ways. */
export interface CoveragePoint {
  file: string;
  line: number;
  sort: 'rule' | 'derived role' | 'condition';
  /** The policy as Cerbos names it in a trace. */
  policy: string;
  /** The rule or derived role. */
  owner: string;
  /** For a condition: its place in the rule's condition, outermost first, as ALL, ANY, NONE and numbers. */
  at: readonly string[];
  /** A rule for every role without a condition: it cannot but apply. */
  always: boolean;
  /** Why nothing tells whether the tests reached it; null where Cerbos' traces tell. */
  unmeasured: string | null;
  /** As people read it. */
  title: string;
}

/** All that can be covered, in the order of files and lines. */
export function coveragePoints(files: readonly PolicyFile[]): CoveragePoint[] {
  return files.filter(({ path }) => !path.startsWith('_schemas/')).flatMap(pointsOf);
}

function pointsOf({ path, text }: PolicyFile): CoveragePoint[] {
  return decidingDocuments(path, text).flatMap(({ written, lines }) => {
    const contents = expanded(written);
    if (!isMap(contents)) return [];
    const policy = asMap(contents.get('resourcePolicy'));
    const derived = asMap(contents.get('derivedRoles'));
    const at = { path, lines };
    if (policy) {
      const version = textOf(policy.get('version'));
      const scope = policy.has('scope') ? `/${textOf(policy.get('scope'))}` : '';
      return rules(policy, `cerbos.resource.${textOf(policy.get('resource'))}.v${version}${scope}`, at);
    }
    if (derived) return derivedRoles(derived, `cerbos.derived_roles.${textOf(derived.get('name'))}`, at);
    return unmeasuredPoints(contents, at);
  });
}

interface Place {
  path: string;
  lines: LineCounter;
}

function rules(policy: YAMLMap, name: string, place: Place): CoveragePoint[] {
  return items(policy.get('rules')).flatMap((rule, index) => {
    const title = rule.has('name') ? textOf(rule.get('name')) : `rule-${String(index + 1).padStart(3, '0')}`;
    return owned({ sort: 'rule', node: rule, policy: name, owner: title }, place);
  });
}

function derivedRoles(set: YAMLMap, policy: string, place: Place): CoveragePoint[] {
  return items(set.get('definitions')).flatMap((definition) =>
    owned({ sort: 'derived role', node: definition, policy, owner: textOf(definition.get('name')) }, place),
  );
}

/** Cerbos traces the rules of these policies under other names, or none. */
function unmeasuredPoints(contents: YAMLMap, { path, lines }: Place): CoveragePoint[] {
  return (['principal', 'role'] as const).flatMap((who) => {
    const body = asMap(contents.get(`${who}Policy`));
    if (!body) return [];
    const whose = textOf(body.get(who));
    return items(body.get('rules')).flatMap((rule) => {
      const actions = who === 'principal' ? items(rule.get('actions')) : [rule];
      return actions.map((node): CoveragePoint => {
        const owner = `${whose}: ${saying(node)} ${textOf(rule.get('resource'))}`;
        const at = { file: path, line: lines.linePos(node.range?.[0] ?? 0).line, at: [] };
        const unmeasured = `${who} policies are not measured`;
        return {
          ...at,
          sort: 'rule',
          policy: `${who} policy ${whose}`,
          owner,
          always: false,
          unmeasured,
          title: owner,
        };
      });
    });
  });
}

/** The action of a principal policy's rule, or the actions of a role policy's. */
function saying(rule: YAMLMap): string {
  const allowed: unknown = rule.get('allowActions');
  return isSeq(allowed) ? allowed.items.map(textOf).join(', ') : textOf(rule.get('action'));
}

interface Owner {
  sort: 'rule' | 'derived role';
  node: YAMLMap;
  policy: string;
  owner: string;
}

function owned({ sort, node, policy, owner }: Owner, { path, lines }: Place): CoveragePoint[] {
  const line = (at: Node): number => lines.linePos(at.range?.[0] ?? 0).line;
  const roles: unknown = node.get('roles');
  const isForAll = isSeq(roles) && roles.items.some((it) => textOf(it) === '*');
  const common = { file: path, policy, owner, always: !node.has('condition') && isForAll, unmeasured: null };
  const match = asMap(asMap(node.get('condition'))?.get('match'));
  const conditions = match ? leaves(match, []) : [];
  return [
    { ...common, sort, line: line(node), at: [], title: owner },
    ...conditions.map(({ at, expr }) => ({
      ...common,
      always: false,
      sort: 'condition' as const,
      line: line(expr),
      at,
      title: textOf(expr),
    })),
  ];
}

function leaves(match: YAMLMap, at: readonly string[]): { at: readonly string[]; expr: Node }[] {
  const expr: unknown = match.get('expr', true);
  if (isScalar(expr)) return [{ at, expr }];
  return ['all', 'any', 'none'].flatMap((how) =>
    items(asMap(match.get(how))?.get('of')).flatMap((item, index) =>
      leaves(item, [...at, how.toUpperCase(), String(index)]),
    ),
  );
}

const asMap = (node: unknown): YAMLMap | null => (isMap(node) ? node : null);
const items = (node: unknown): YAMLMap[] => (isSeq(node) ? node.items.filter((it) => isMap(it)) : []);
const textOf = (node: unknown): string => String(isScalar(node) ? node.value : node);
