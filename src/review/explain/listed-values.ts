import { asList, asNode } from '@sparkgate/cerbos-policies/yaml-node';
import type { Attribute } from '@sparkgate/cerbos-policies/expression-reads';
import { schemaText, type Policies } from '@sparkgate/cerbos-policies/policies';

/** The values that a kind's schema lists of an attribute; none where it leaves them open. */
export function listedValues(policies: Policies, schema: string | null): (attribute: Attribute) => readonly unknown[] {
  const text = schema === null ? undefined : schemaText(policies, schema);
  const properties = asNode(asNode(parsed(text))['properties']);
  return ({ side, name }) => (side === 'resource' ? listedIn(asNode(properties[name])) : []);
}

function listedIn(property: Record<string, unknown>): unknown[] {
  const options = [...asList(property['anyOf']), ...asList(property['oneOf'])].map(asNode);
  return [...asList(property['enum']), ...options.flatMap(listedIn)];
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
