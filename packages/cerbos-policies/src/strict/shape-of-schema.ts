import type { Json } from '../json.ts';
import { asList, asNode, isString, type YamlNode } from '../yaml-node.ts';
import { joined, listOf, PLAIN, UNKNOWN, type Shape } from './shape.ts';

/** How deep a schema is followed; one that goes in circles is anything below. */
const DEEPEST = 32;

/** What fits a JSON Schema (2020-12), as far as it tells the names of fields, items and constants. */
export function shapeOfSchema(text: string): Shape {
  const root = asNode(parsed(text));
  return shapeOf(root, { root, depth: 0 });
}

interface Place {
  root: YamlNode;
  depth: number;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cerbos refuses it.
    return null;
  }
}

function shapeOf(schema: YamlNode, { root, depth }: Place): Shape {
  if (depth > DEEPEST) return UNKNOWN;
  const inner = { root, depth: depth + 1 };
  const variants = [...asList(schema['anyOf']), ...asList(schema['oneOf'])].map((it) => shapeOf(asNode(it), inner));
  const parts = asList(schema['allOf']).map((it) => shapeOf(asNode(it), inner));
  const named = isString(schema['$ref']) ? [shapeOf(referred(root, schema['$ref']), inner)] : [];
  const own = ownShape(schema, inner);
  const said = [...(own ? [own] : []), ...named, ...parts, ...(variants.length > 0 ? [variants.reduce(joined)] : [])];
  return said.length === 0 ? UNKNOWN : said.reduce(both);
}

/** What must fit two schemas: fields of either may be there. */
function both(one: Shape, other: Shape): Shape {
  if (one.sort === 'unknown') return other;
  return other.sort === 'unknown' ? one : joined(one, other);
}

function ownShape(schema: YamlNode, place: Place): Shape | null {
  const values = schema['const'] === undefined ? schema['enum'] : [schema['const']];
  if (Array.isArray(values)) return { sort: 'plain', values: values as Json[] };
  const types = isString(schema['type']) ? [schema['type']] : asList(schema['type']).filter(isString);
  const isObject = types.includes('object') || schema['properties'] !== undefined;
  const isList = types.includes('array') || schema['items'] !== undefined;
  const shapes: Shape[] = [
    ...(isObject ? [recordOf(schema, place)] : []),
    ...(isList ? [listOf(itemsOf(schema, place))] : []),
    ...types.filter((type) => type !== 'object' && type !== 'array').map((type) => PLAIN_TYPES[type] ?? PLAIN),
  ];
  return shapes.length === 0 ? null : shapes.reduce(joined);
}

const PLAIN_TYPES: Readonly<Record<string, Shape>> = {
  null: { sort: 'plain', values: [null] },
  boolean: { sort: 'plain', values: [true, false] },
};

function recordOf(schema: YamlNode, place: Place): Shape {
  const fields = Object.entries(asNode(schema['properties'])).map(([name, it]): [string, Shape] => [
    name,
    shapeOf(asNode(it), place),
  ]);
  const more = schema['additionalProperties'] ?? schema['unevaluatedProperties'];
  const hasPatterns = Object.keys(asNode(schema['patternProperties'])).length > 0;
  const told = typeof more === 'object' && more !== null ? shapeOf(asNode(more), place) : null;
  return {
    sort: 'record',
    fields: new Map(fields),
    rest: hasPatterns ? UNKNOWN : (told ?? (more === false ? 'none' : 'any')),
    sent: true,
  };
}

function itemsOf(schema: YamlNode, place: Place): Shape {
  const first = asList(schema['prefixItems']).map((it) => shapeOf(asNode(it), place));
  const { items } = schema;
  const others =
    items === false ? [] : [items === undefined || items === true ? UNKNOWN : shapeOf(asNode(items), place)];
  const all = [...first, ...others];
  return all.length === 0 ? UNKNOWN : all.reduce(joined);
}

/** What `#/$defs/x` names. */
function referred(root: YamlNode, reference: string): YamlNode {
  if (!reference.startsWith('#')) return {};
  const keys = reference.slice(1).split('/').slice(1);
  return asNode(keys.reduce<unknown>((at, key) => asNode(at)[key.replaceAll('~1', '/').replaceAll('~0', '~')], root));
}
