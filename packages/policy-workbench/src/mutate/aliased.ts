import { asList, asNode, isString, type YamlNode } from '@sparkgate/cerbos-policies/yaml-node';
import { policiesIn, type Policies } from '@sparkgate/cerbos-policies/policies';

/** Under which names a copy of a kind's policy is served beside the original. */
export interface Alias {
  kind: string;
  alias: string;
  /** What tells the copy from others. */
  number: number;
}

/** A policy file with another name for the kind, and names of its own for all else that is named in it. */
export function aliased(policies: Policies, path: string, to: Alias): string {
  const own = policiesIn(policies, path).filter((it) => it.sort !== 'resource' || it.kind === to.kind);
  return own
    .map(({ document }, index) => JSON.stringify(renamed(document.content, to, `${to.alias} ${path} ${index}`)))
    .join('\n---\n');
}

function renamed(root: YamlNode, to: Alias, place: string): YamlNode {
  const copy: YamlNode = { ...root };
  for (const sort of ['derivedRoles', 'exportVariables', 'exportConstants', 'resourcePolicy']) {
    if (root[sort] !== undefined) copy[sort] = withOwnNames(asNode(root[sort]), `__${to.number}_${to.kind}`);
  }
  const policy = asNode(copy['resourcePolicy']);
  if (root['resourcePolicy'] !== undefined)
    copy['resourcePolicy'] = { ...policy, resource: to.alias, rules: toldApart(policy['rules'], place) };
  return copy;
}

function withOwnNames(body: YamlNode, suffix: string): YamlNode {
  const copy: YamlNode = { ...body };
  const own = (name: unknown): unknown => (isString(name) ? `${name}${suffix}` : name);
  const imports = (of: unknown): YamlNode => ({ ...asNode(of), import: asList(asNode(of)['import']).map(own) });
  if (body['name'] !== undefined) copy['name'] = own(body['name']);
  if (body['importDerivedRoles'] !== undefined)
    copy['importDerivedRoles'] = asList(body['importDerivedRoles']).map(own);
  for (const sort of ['variables', 'constants']) {
    if (asNode(body[sort])['import'] !== undefined) copy[sort] = imports(body[sort]);
  }
  return copy;
}

/** Rules of mutants look alike to Cerbos (`refuseHashCollisions`), unless they have an output of their own. */
const toldApart = (rules: unknown, place: string): unknown[] =>
  asList(rules).map((rule, index) => ({
    ...asNode(rule),
    output: { when: { ruleActivated: JSON.stringify(`${place} ${index}`) } },
  }));
