import { leavesOf, type Condition } from '@sparkgate/cerbos-policies/condition';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import type { DerivedRoles, Exceptions, Policy, ResourcePolicy, Rule } from '@sparkgate/cerbos-policies/policy';
import type { Keys, PolicyDocument } from '@sparkgate/cerbos-policies/policy-documents';

/** A place in the policies that the tests have to reach in two ways. */
export interface CoveragePoint {
  file: string;
  line: number;
  sort: 'rule' | 'derived role' | 'condition';
  /** The policy as Cerbos names it in a trace. */
  policy: string;
  /** The rule or derived role, as Cerbos calls it there. */
  owner: string;
  /** For a condition: its place in the rule's condition, outermost first, as ALL, ANY, NONE and numbers. */
  at: readonly string[];
  /** A rule for every role without a condition: it cannot but apply. */
  always: boolean;
  /** As people read it. */
  title: string;
}

/** A rule, and the policy that it is of. */
export interface PlacedRule {
  policy: ResourcePolicy | Exceptions;
  rule: Rule;
  /** The kinds that it is about, as a pattern. */
  kind: string;
  /** Its place among the coverage points. */
  point: CoveragePoint;
}

/** What the tests have to reach. */
export interface CoverageGround {
  /** In the order of files and lines. */
  points: readonly CoveragePoint[];
  /** Rules of principal and role policies. */
  exceptions: readonly PlacedRule[];
  /** Rules that apply to some without a condition. */
  unconditioned: readonly PlacedRule[];
}

/** All that can be covered, of whatever version and scope. */
export function coverageGround({ documents, loaded }: Pick<Policies, 'documents' | 'loaded'>): CoverageGround {
  const placed = loaded.flatMap((policy): { policy: Policy; points: CoveragePoint[]; rules: PlacedRule[] }[] => {
    if (policy.sort === 'derived roles') return [{ policy, points: pointsOfRoles(policy), rules: [] }];
    if (policy.sort !== 'resource' && policy.sort !== 'principal' && policy.sort !== 'role') return [];
    const rules = rulesOf(policy);
    return [{ policy, points: rules.flatMap(({ points }) => points), rules: rules.map(({ placed: it }) => it) }];
  });
  const byDocument = Map.groupBy(placed, ({ policy }) => policy.document);
  const rules = placed.flatMap((it) => it.rules);
  return {
    points: documents.flatMap((document) => (byDocument.get(document) ?? []).flatMap(({ points }) => points)),
    exceptions: rules.filter(({ policy }) => policy.sort !== 'resource'),
    unconditioned: rules.filter(({ rule, point }) => rule.condition === null && !point.always),
  };
}

/** How Cerbos names the policies of a kind in a trace. */
export const policyName = (kind: string, version: string, scope: string | null): string =>
  `cerbos.resource.${kind.replaceAll(/[^\w.]+/g, '_')}.v${version}${scope === null ? '' : `/${scope}`}`;

function rulesOf(policy: ResourcePolicy | Exceptions): { placed: PlacedRule; points: CoveragePoint[] }[] {
  const placed = (rule: Rule, kind: string, of: Omit<Owner, 'sort' | 'keys' | 'condition'>) => {
    const points = owned(policy.document, { ...of, sort: 'rule', keys: rule.keys, condition: rule.condition });
    const [point] = points;
    return point ? [{ points, placed: { policy, rule, kind, point } }] : [];
  };
  if (policy.sort === 'resource') {
    const name = policyName(policy.kind, policy.version, policy.scope);
    return policy.rules.flatMap((rule) =>
      placed(rule, policy.kind, { policy: name, owner: rule.title, title: rule.title, always: isForAll(rule) }),
    );
  }
  const name = `${policy.sort} policy ${policy.whose} v${policy.version}/${policy.scope ?? ''}`;
  return policy.rules.flatMap(({ resource, rules }, place) =>
    rules.flatMap((rule) => {
      const owner = policy.sort === 'role' ? `${place}` : (rule.name ?? `${resource}_${rule.title}`);
      const title = `${policy.whose}: ${rule.actions.join(', ')} ${resource}`;
      return placed(rule, resource, { policy: name, owner: `${resource} ${owner}`, title, always: false });
    }),
  );
}

const isForAll = ({ condition, roles }: Rule): boolean => condition === null && roles.includes('*');

function pointsOfRoles({ document, name, definitions }: DerivedRoles): CoveragePoint[] {
  return definitions.flatMap(({ name: role, keys, condition }) =>
    owned(document, {
      policy: `cerbos.derived_roles.${name}`,
      owner: role,
      title: role,
      always: false,
      sort: 'derived role',
      keys,
      condition,
    }),
  );
}

interface Owner {
  sort: 'rule' | 'derived role';
  policy: string;
  owner: string;
  title: string;
  keys: Keys;
  condition: Condition | null;
  always: boolean;
}

function owned(document: PolicyDocument, { keys: own, condition, ...of }: Owner): CoveragePoint[] {
  const whole = { ...of, file: document.path, line: document.lineOf(own), at: [] };
  const conditions = leavesOf(condition).map(({ expr, keys }): CoveragePoint => ({
    ...whole,
    always: false,
    sort: 'condition',
    line: document.lineOf(keys),
    at: stepsOf(keys.slice(own.length)),
    title: expr,
  }));
  return [whole, ...conditions];
}

/** `condition.match.all.of[1].expr` as Cerbos calls it in a trace: ALL, 1. */
const stepsOf = (keys: Keys): string[] =>
  keys
    .filter((key) => !['condition', 'match', 'of', 'expr'].includes(String(key)))
    .map((key) => String(key).toUpperCase());
