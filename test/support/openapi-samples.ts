/** A JSON Schema of the OpenAPI document, as far as a sample needs it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
  minimum?: number;
  format?: string;
}

interface Operation {
  requestBody?: { content: Record<string, { schema: Schema }> };
}

export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** One endpoint, and bodies that fit it. */
export interface Endpoint {
  method: string;
  path: string;
  bodies: unknown[];
}

/** All endpoints of the document, so that none is forgotten. */
export function endpointsOf(document: Document): Endpoint[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      bodies: Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => samples(document, schema)),
    })),
  );
}

/** Names of the test world, by property. */
const KNOWN: Record<string, unknown> = {
  bc_id: 'bc1',
  user_id: 'sam',
  advertiser_id: 'adv1',
  tiktok_account_id: 'brand',
  handle: '@brand',
  email: 'sam@example.com',
  expires_in: 60,
  bc_ids: ['bc1'],
  page: { limit: 10 },
};

/** One sample for each alternative of a schema, each with every property. */
function samples(document: Document, schema: Schema, depth = 0): unknown[] {
  if (schema.$ref !== undefined) {
    return samples(document, document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, depth);
  }
  if (schema.const !== undefined) return [schema.const];
  if (schema.enum) return schema.enum;
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return alternatives.flatMap((it) => samples(document, it, depth));
  if (schema.allOf) return [Object.assign({}, ...schema.allOf.map((it) => samples(document, it, depth)[0]))];
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return [objectOf(document, schema.properties ?? {}, depth)];
    case 'array':
      return [depth > 4 ? [] : samples(document, schema.items ?? {}, depth + 1).slice(0, 2)];
    case 'boolean':
      return [true];
    case 'integer':
    case 'number':
      return [schema.minimum ?? 1];
    case 'null':
      return [null];
    default:
      return [schema.format === 'date-time' ? '2126-11-22T12:00:00Z' : 'sample'];
  }
}

function objectOf(document: Document, properties: Record<string, Schema>, depth: number): object {
  const entries = Object.entries(properties).map(([name, schema]) => [
    name,
    KNOWN[name] ?? samples(document, schema, depth + 1)[0],
  ]);
  return Object.fromEntries(entries);
}
