import { leavesOf, type Condition } from '@sparkgate/cerbos-policies/condition';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import type { DerivedRoles, Exceptions, ResourcePolicy } from '@sparkgate/cerbos-policies/policy';
import type { Keys, PolicyDocument } from '@sparkgate/cerbos-policies/policy-documents';

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
export function coveragePoints({ documents, resources, derivedRoles, exceptions }: Policies): CoveragePoint[] {
  const points = Map.groupBy(
    [...resources.flatMap(pointsOfKind), ...derivedRoles.flatMap(pointsOfRoles), ...exceptions.flatMap(unmeasured)],
    ({ document }) => document,
  );
  return documents.flatMap((document) => (points.get(document) ?? []).map(({ point }) => point));
}

interface Placed {
  document: PolicyDocument;
  point: CoveragePoint;
}

function pointsOfKind({ document, kind, version, scope, rules }: ResourcePolicy): Placed[] {
  const policy = `cerbos.resource.${kind}.v${version}${scope === null ? '' : `/${scope}`}`;
  return rules.flatMap((rule) =>
    owned(document, policy, { ...rule, sort: 'rule', owner: rule.title, isForAll: rule.roles.includes('*') }),
  );
}

function pointsOfRoles({ document, name, definitions }: DerivedRoles): Placed[] {
  return definitions.flatMap((it) =>
    owned(document, `cerbos.derived_roles.${name}`, { ...it, sort: 'derived role', owner: it.name, isForAll: false }),
  );
}

/** Cerbos traces the rules of these policies under other names, or none. */
function unmeasured({ document, sort, whose, rules }: Exceptions): Placed[] {
  return rules.flatMap(({ resource, rules: own }) =>
    own.map((rule): Placed => {
      const title = `${whose}: ${rule.actions.join(', ')} ${resource}`;
      const point: CoveragePoint = {
        file: document.path,
        line: document.lineOf(rule.keys),
        at: [],
        sort: 'rule',
        policy: `${sort} policy ${whose}`,
        owner: title,
        always: false,
        unmeasured: `${sort} policies are not measured`,
        title,
      };
      return { document, point };
    }),
  );
}

interface Owner {
  sort: 'rule' | 'derived role';
  owner: string;
  keys: Keys;
  condition: Condition | null;
  isForAll: boolean;
}

function owned(document: PolicyDocument, policy: string, of: Owner): Placed[] {
  const { owner, sort, condition } = of;
  const common = { file: document.path, policy, owner };
  const always = condition === null && of.isForAll;
  const whole = { ...common, always, unmeasured: null, sort, line: document.lineOf(of.keys), at: [], title: owner };
  const conditions = leavesOf(condition).map(({ expr, keys }): CoveragePoint => ({
    ...common,
    always: false,
    unmeasured: null,
    sort: 'condition',
    line: document.lineOf(keys),
    at: stepsOf(keys.slice(of.keys.length)),
    title: expr,
  }));
  return [whole, ...conditions].map((point) => ({ document, point }));
}

/** `condition.match.all.of[1].expr` as Cerbos calls it in a trace: ALL, 1. */
const stepsOf = (keys: Keys): string[] =>
  keys
    .filter((key) => !['condition', 'match', 'of', 'expr'].includes(String(key)))
    .map((key) => String(key).toUpperCase());
