import { leavesOf } from './condition.ts';
import { attributesIn, literalsIn, partsIn, readsIds, readsTime, type Attribute } from './expression-reads.ts';
import { isGlob, matchesGlob } from './glob.ts';
import type { Policies } from './policies.ts';
import type { DerivedRoles, Exceptions, Exported, Policy, ResourcePolicy, Rule } from './policy.ts';
import { asNode, isString } from './yaml-node.ts';

/** What a kind's policy names and depends on. */
export interface KindPolicy {
  /** The actions that rules name for it, those of principal and role policies too; they may hold globs (`view:*`). */
  actions: ReadonlySet<string>;
  /** Its rules, in the order in which they are written. */
  rules: readonly RuleName[];
  /** An expression reads ids, so decisions depend on them. */
  mentionsIds: boolean;
  /** An expression reads the time, so decisions are not remembered. */
  mentionsTime: boolean;
  /** A rule, a derived role or a principal policy takes subjects of any type. */
  allowsAnyType: boolean;
  /** The numbers in its expressions and constants. */
  numbers: readonly number[];
}

/** A rule by its name, and the actions that it is about. */
export interface RuleName {
  name: string;
  effect: string;
  actions: readonly string[];
  /** The attributes that it looks at, itself or through variables and derived roles. */
  reads: readonly Attribute[];
  /** The names of parts of a request that it, its variables or derived roles may look at, at whatever depth. */
  parts: ReadonlySet<string>;
}

const ANY_ROLE = '*';

/** What is said of each kind, by a policy of its own or by those of principals and roles. */
export function kindsOf(policies: Policies): Map<string, KindPolicy> {
  const { resources, exceptions } = policies;
  const kinds = new Map<string, KindPolicy>();
  for (const policy of resources) {
    const said = kindOf(policy, policies);
    kinds.set(policy.kind, merged(kinds.get(policy.kind), said));
  }
  for (const { resource } of exceptions.flatMap(({ rules }) => rules)) {
    if (!kinds.has(resource) && !isGlob(resource)) kinds.set(resource, exceptionalKind(resource, exceptions));
  }
  return kinds;
}

/** The roles that policies name, `*` apart. */
export function rolesNamedIn(policy: Policy): string[] {
  const named = {
    resource: () => (policy as ResourcePolicy).rules.flatMap(({ roles }) => roles),
    'derived roles': () => (policy as DerivedRoles).definitions.flatMap(({ parentRoles }) => parentRoles),
    role: () => [(policy as Exceptions).whose],
    principal: () => [],
    variables: () => [],
    constants: () => [],
  }[policy.sort]();
  return named.filter((role) => role !== ANY_ROLE);
}

function kindOf(policy: ResourcePolicy, policies: Policies): KindPolicy {
  const shared = importedBy(policy, policies);
  const { exceptions } = policies;
  const expressions = [policy, ...exceptions, ...shared].flatMap(expressionsIn);
  const beside = [...variablesOf(policy), ...shared.flatMap(expressionsIn)];
  const reads = beside.flatMap(attributesIn);
  // Whatever makes exceptions may speak of any action.
  const parts = [...beside, ...exceptions.flatMap(expressionsIn)].flatMap(partsIn);
  return {
    actions: new Set([...policy.rules.flatMap((rule) => rule.actions), ...saidOf(policy.kind, exceptions)]),
    rules: policy.rules.map((rule) => ({
      name: rule.name ?? '',
      effect: rule.effect ?? '',
      actions: rule.actions,
      reads: [...conditionsOf(rule).flatMap(attributesIn), ...reads],
      parts: new Set([...expressionsOf(rule).flatMap(partsIn), ...parts]),
    })),
    mentionsIds: exceptions.length > 0 || expressions.some(readsIds),
    mentionsTime: expressions.some(readsTime),
    allowsAnyType: [policy, ...exceptions, ...shared].some(allowsAnyType),
    numbers: [...expressions.flatMap(literalsIn), ...[policy, ...exceptions, ...shared].flatMap(constantsIn)].filter(
      (it) => typeof it === 'number',
    ),
  };
}

/** The values of the constants of a policy, whatever they stand in. */
function constantsIn(policy: Policy): unknown[] {
  if (policy.sort === 'constants') return plainIn(policy.definitions);
  return 'constants' in policy ? plainIn(policy.constants.local) : [];
}

function plainIn(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(plainIn) : [value];
}

/** A kind may have several policies. */
function merged(known: KindPolicy | undefined, more: KindPolicy): KindPolicy {
  if (!known) return more;
  return {
    actions: known.actions.union(more.actions),
    rules: [...known.rules, ...more.rules],
    mentionsIds: known.mentionsIds || more.mentionsIds,
    mentionsTime: known.mentionsTime || more.mentionsTime,
    allowsAnyType: known.allowsAnyType || more.allowsAnyType,
    numbers: [...known.numbers, ...more.numbers],
  };
}

/** A kind without a policy of its own. */
function exceptionalKind(kind: string, exceptions: readonly Exceptions[]): KindPolicy {
  return {
    actions: new Set(saidOf(kind, exceptions)),
    rules: [],
    mentionsIds: true,
    mentionsTime: exceptions.flatMap(expressionsIn).some(readsTime),
    allowsAnyType: exceptions.some(allowsAnyType),
    numbers: [],
  };
}

/** The actions that principal and role policies name for a kind. */
function saidOf(kind: string, exceptions: readonly Exceptions[]): string[] {
  const about = exceptions.flatMap(({ rules }) => rules).filter(({ resource }) => matchesGlob(resource, kind));
  return about.flatMap(({ rules }) => rules.flatMap(({ actions }) => actions));
}

/** What a policy imports, and what that imports in turn. */
export function importedBy(policy: ResourcePolicy, { derivedRoles, exported }: Policies): (DerivedRoles | Exported)[] {
  const found = new Set<DerivedRoles | Exported>();
  const names = importsOf(policy);
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    for (const it of [...derivedRoles, ...exported]) {
      if (it.name !== name || found.has(it)) continue;
      found.add(it);
      names.push(...importsOf(it));
    }
  }
  return [...found];
}

function importsOf(policy: ResourcePolicy | DerivedRoles | Exported): string[] {
  if (!('constants' in policy)) return [];
  const roles = policy.sort === 'resource' ? policy.importDerivedRoles : [];
  return [...roles, ...policy.variables.imports, ...policy.constants.imports];
}

/** Every expression of a policy: its conditions, its variables, and what its rules put out. */
function expressionsIn(policy: Policy): string[] {
  switch (policy.sort) {
    case 'resource':
      return [...variablesOf(policy), ...policy.rules.flatMap(expressionsOf)];
    case 'principal':
    case 'role':
      return [...variablesOf(policy), ...policy.rules.flatMap(({ rules }) => rules.flatMap(expressionsOf))];
    case 'derived roles':
      return [...variablesOf(policy), ...policy.definitions.flatMap(conditionsOf)];
    case 'variables':
      return Object.values(policy.definitions).map(String);
    case 'constants':
      return [];
  }
}

const variablesOf = ({ variables }: Pick<ResourcePolicy, 'variables'>): string[] =>
  Object.values(variables.local).map(String);

const conditionsOf = ({ condition }: Pick<Rule, 'condition'>): string[] => leavesOf(condition).map(({ expr }) => expr);

function expressionsOf(rule: Rule): string[] {
  const { expr, when } = rule.output;
  return [...conditionsOf(rule), ...[expr, ...Object.values(asNode(when))].filter(isString)];
}

/** Of a rule, or of a derived role, which some rule may allow. */
function allowsAnyType(policy: Policy): boolean {
  switch (policy.sort) {
    case 'principal':
      return true;
    case 'resource':
      return policy.rules.some(({ effect, roles }) => effect === 'EFFECT_ALLOW' && roles.includes(ANY_ROLE));
    case 'derived roles':
      return policy.definitions.some(({ parentRoles }) => parentRoles.includes(ANY_ROLE));
    default:
      return false;
  }
}
