import type { ASTNode } from '@marcbachmann/cel-js';
import { schemaText, type Policies } from '@sparkgate/cerbos-policies/policies';
import type { ResourcePolicy } from '@sparkgate/cerbos-policies/policy';
import { asList, asNode, isString, type YamlNode } from '@sparkgate/cerbos-policies/yaml-node';

/** What a value fits: one of these schemas, or null; it may be missing as well. */
export interface Place {
  schemas: readonly YamlNode[];
  isNullable: boolean;
}

/** What names stand for: `R.attr`, `P.attr`, and the variable of each loop around. */
export type Places = ReadonlyMap<string, Place>;

/** What the schemas of a policy say of the resource and the principal; nothing where it names none. */
export function placesOf(policy: ResourcePolicy, policies: Policies): Places {
  const roots = [
    ['R.attr', 'resourceSchema'],
    ['P.attr', 'principalSchema'],
  ] as const;
  return new Map(
    roots.flatMap(([name, which]) => {
      const { ref } = asNode(policy.schemas[which]);
      const text = isString(ref) ? schemaText(policies, ref.replace(/^cerbos:\/\/\//, '')) : undefined;
      const schema = parsed(text);
      return schema === null ? [] : [[name, placeOf([schema])] as const];
    }),
  );
}

function parsed(text: string | undefined): YamlNode | null {
  try {
    return text === undefined ? null : asNode(JSON.parse(text));
  } catch {
    // Cerbos refuses it.
    return null;
  }
}

/** The place that a chain of names leads to; undefined where no schema says. */
export function placeAt(node: ASTNode, places: Places): Place | undefined {
  if (node.op === 'id') return places.get(node.args);
  if (node.op !== '.') return undefined;
  const [owner, name] = node.args;
  if (typeof name !== 'string') return undefined;
  const root = owner.op === 'id' ? places.get(`${owner.args}.${name}`) : undefined;
  if (root) return root;
  const of = placeAt(owner, places);
  const found = of?.schemas.flatMap((schema) => {
    const { [name]: property } = asNode(schema['properties']);
    return property === undefined ? [] : [asNode(property)];
  });
  return found === undefined || found.length === 0 ? undefined : placeOf(found);
}

/** What is in a list. */
export const itemsOf = ({ schemas }: Place): Place =>
  placeOf(schemas.flatMap(({ items }) => (items === undefined ? [] : [asNode(items)])));

function placeOf(schemas: readonly YamlNode[]): Place {
  const variants = schemas.flatMap(variantsOf);
  return { schemas: variants, isNullable: variants.some(admitsNull) };
}

/** References are not followed: what they say is not known here. */
const variantsOf = (schema: YamlNode): YamlNode[] => {
  const more = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => asList(schema[key]).map(asNode));
  return [schema, ...more.flatMap(variantsOf)];
};

function admitsNull({ type, enum: values, const: value }: YamlNode): boolean {
  return type === 'null' || asList(type).includes('null') || asList(values).includes(null) || value === null;
}
