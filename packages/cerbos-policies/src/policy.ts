import { conditionOf, type Condition } from './condition.ts';
import type { Keys, PolicyDocument } from './policy-documents.ts';
import { asList, asNode, isString, type YamlNode } from './yaml-node.ts';

/** A rule of any policy. */
export interface Rule {
  name: string | null;
  /** As Cerbos calls it in a trace: its name, or `rule-001`. */
  title: string;
  actions: readonly string[];
  /** Null in a role policy, whose rules allow. */
  effect: string | null;
  roles: readonly string[];
  derivedRoles: readonly string[];
  condition: Condition | null;
  output: YamlNode;
  /** Where it stands in its document. */
  keys: Keys;
}

/** What a policy imports of one sort, and what it names itself. */
export interface Names {
  imports: readonly string[];
  local: YamlNode;
}

interface Body {
  document: PolicyDocument;
  variables: Names;
  constants: Names;
}

export interface ResourcePolicy extends Body {
  sort: 'resource';
  kind: string;
  version: string;
  scope: string | null;
  schemas: YamlNode;
  importDerivedRoles: readonly string[];
  rules: readonly Rule[];
}

/** A policy of one principal, or of a role: an exception to what the policies of kinds say. */
export interface Exceptions extends Body {
  sort: 'principal' | 'role';
  /** The principal, or the role. */
  whose: string;
  version: string;
  scope: string | null;
  /** Of a role, those that it narrows. */
  parentRoles: readonly string[];
  rules: readonly { resource: string; rules: readonly Rule[] }[];
}

export interface DerivedRole {
  name: string;
  parentRoles: readonly string[];
  condition: Condition | null;
  keys: Keys;
}

export interface DerivedRoles extends Body {
  sort: 'derived roles';
  name: string;
  definitions: readonly DerivedRole[];
}

/** Variables or constants that others import. */
export interface Exported {
  sort: 'variables' | 'constants';
  document: PolicyDocument;
  name: string;
  definitions: YamlNode;
}

export type Policy = ResourcePolicy | Exceptions | DerivedRoles | Exported;

/** The version that Cerbos takes of a policy that names none. */
const DEFAULT_VERSION = 'default';

/** What a document says; null for what is no policy. */
export function policyOf(document: PolicyDocument): Policy | null {
  const { content } = document;
  const sort = Object.keys(READERS).find((it) => content[it] !== undefined);
  return sort === undefined ? null : (READERS[sort]?.(asNode(content[sort]), document) ?? null);
}

const READERS: Readonly<Record<string, (body: YamlNode, document: PolicyDocument) => Policy>> = {
  resourcePolicy: (body, document) => ({
    sort: 'resource',
    ...bodyOf(body, document),
    kind: textOf(body['resource']),
    ...placeOf(body),
    schemas: asNode(body['schemas']),
    importDerivedRoles: textsOf(body['importDerivedRoles']),
    rules: asList(body['rules']).map((rule, index) => ruleOf(asNode(rule), index, ['resourcePolicy', 'rules', index])),
  }),
  principalPolicy: (body, document) => ({
    sort: 'principal',
    ...bodyOf(body, document),
    whose: textOf(body['principal']),
    ...placeOf(body),
    parentRoles: [],
    rules: asList(body['rules']).map((it, at) => ({
      resource: textOf(asNode(it)['resource']),
      rules: asList(asNode(it)['actions']).map((rule, index) =>
        ruleOf(asNode(rule), index, ['principalPolicy', 'rules', at, 'actions', index]),
      ),
    })),
  }),
  rolePolicy: (body, document) => ({
    sort: 'role',
    ...bodyOf(body, document),
    whose: textOf(body['role']),
    ...placeOf(body),
    parentRoles: textsOf(body['parentRoles']),
    rules: asList(body['rules']).map((it, index) => ({
      resource: textOf(asNode(it)['resource']),
      rules: [ruleOf(asNode(it), index, ['rolePolicy', 'rules', index])],
    })),
  }),
  derivedRoles: (body, document) => ({
    sort: 'derived roles',
    ...bodyOf(body, document),
    name: textOf(body['name']),
    definitions: asList(body['definitions']).map((it, index) => {
      const keys = ['derivedRoles', 'definitions', index];
      const { name, parentRoles, condition } = asNode(it);
      return { name: textOf(name), parentRoles: textsOf(parentRoles), condition: matchOf(condition, keys), keys };
    }),
  }),
  exportVariables: (body, document) => exported('variables', body, document),
  exportConstants: (body, document) => exported('constants', body, document),
};

/** The version and scope that a question has to name. */
const placeOf = ({ version, scope }: YamlNode): { version: string; scope: string | null } => ({
  version: isString(version) ? version : DEFAULT_VERSION,
  scope: isString(scope) && scope !== '' ? scope : null,
});

function exported(sort: Exported['sort'], body: YamlNode, document: PolicyDocument): Exported {
  return { sort, document, name: textOf(body['name']), definitions: asNode(body['definitions']) };
}

function bodyOf(body: YamlNode, document: PolicyDocument): Body {
  const names = (of: unknown): Names => ({
    imports: textsOf(asNode(of)['import']),
    local: asNode(asNode(of)['local']),
  });
  const variables = names(body['variables']);
  // In the older form they stand beside the policy.
  const local = { ...asNode(document.content['variables']), ...variables.local };
  return { document, variables: { ...variables, local }, constants: names(body['constants']) };
}

function ruleOf(rule: YamlNode, index: number, keys: Keys): Rule {
  const name = isString(rule['name']) ? rule['name'] : null;
  return {
    name,
    title: name ?? `rule-${String(index + 1).padStart(3, '0')}`,
    actions: isString(rule['action']) ? [rule['action']] : textsOf(rule['allowActions'] ?? rule['actions']),
    effect: isString(rule['effect']) ? rule['effect'] : null,
    roles: textsOf(rule['roles']),
    derivedRoles: textsOf(rule['derivedRoles']),
    condition: matchOf(rule['condition'], keys),
    output: asNode(rule['output']),
    keys,
  };
}

const matchOf = (condition: unknown, keys: Keys): Condition | null =>
  conditionOf(asNode(condition)['match'], [...keys, 'condition', 'match']);

const textOf = (value: unknown): string => (isString(value) ? value : '');
const textsOf = (value: unknown): string[] => asList(value).filter(isString);
