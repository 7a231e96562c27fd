/** A mapping of YAML, as it was parsed: anything may be in it. */
export type YamlNode = Record<string, unknown>;

export const isString = (value: unknown): value is string => typeof value === 'string';

/** The items of a list; none of anything else. */
export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A mapping; an empty one for anything else. */
export const asNode = (value: unknown): YamlNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
