import { isAlias, isMap, isScalar, visit, YAMLMap, type Document, type Node, type Pair } from 'yaml';

/** Puts what aliases and merge keys stand for in their places, in the document itself. */
export function expanded(document: Document): Node | null {
  visit(document, {
    Alias: (_key, alias) => alias.resolve(document),
    Map: (_key, map) => withMerged(map, document),
  });
  return document.contents;
}

function withMerged(map: YAMLMap, document: Document): YAMLMap | undefined {
  const merges = map.items.filter(isMerge);
  if (merges.length === 0) return undefined;
  const own = map.items.filter((it) => !isMerge(it));
  const merged = merges.flatMap(({ value }) => {
    const source = isAlias(value) ? value.resolve(document) : value;
    return isMap(source) ? (withMerged(source, document) ?? source).items : [];
  });
  const whole = new YAMLMap(document.schema);
  const names = new Set(own.map(({ key }) => String(key)));
  whole.items = [...own, ...merged.filter(({ key }) => !names.has(String(key)))];
  whole.range = map.range ?? null;
  if (map.anchor !== undefined) whole.anchor = map.anchor;
  return whole;
}

/** The library reads `<<` as a symbol. */
const isMerge = ({ key }: Pair): boolean => isScalar(key) && (key.value === '<<' || typeof key.value === 'symbol');
