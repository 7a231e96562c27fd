import { ArrayType, defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { rowId } from '../validity.ts';
import type { KeyPermission } from '../vocabulary.ts';

/** Ids in an array, each between quotes: without them `null` would be no text in PostgreSQL, but nothing. */
class IdArray extends ArrayType {
  override convertToDatabaseValue(ids: string[] | null): string | null {
    return ids && `{${ids.map((id) => `"${id.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
  }
}

export const ApiKey = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    id: rowId,
    name: p.text(),
    /** SHA-256 of the secret part. The key is shown once, when it is made. */
    secretHash: p.type('bytea').$type<Buffer>(),
    permissions: p.array().$type<KeyPermission[]>().columnType('text[]'),
    /** The Business Centers that the key is confined to; null = not confined. */
    bcIds: p.type(IdArray).$type<string[]>().columnType('text[]').nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    createdBy: p.text(),
    revokedAt: p.datetime().columnType('timestamptz(3)').nullable(),
    /** From when on the key counts no more; null = it does not expire. */
    expiresAt: p.datetime().columnType('timestamptz(3)').nullable(),
    /** The last day (UTC, `YYYY-MM-DD`) on which a call came with the key; null = never. */
    lastUsedOn: p.date().nullable(),
    /** SHA-256 of the secret before the last rotation, and until when it counts beside the new one. */
    previousSecretHash: p.type('bytea').$type<Buffer>().nullable(),
    previousSecretUntil: p.datetime().columnType('timestamptz(3)').nullable(),
  },
  checks: [
    {
      name: 'api_key_permissions',
      expression:
        "permissions <@ array['act-as', 'admin', 'audit', 'check', 'relationships'] and cardinality(permissions) > 0",
    },
    { name: 'api_key_secret_hash_length', expression: 'octet_length(secret_hash) = 32' },
    { name: 'api_key_confined_to_some', expression: 'cardinality(bc_ids) > 0' },
    {
      name: 'api_key_previous_secret',
      expression:
        '(previous_secret_hash is null) = (previous_secret_until is null) and octet_length(previous_secret_hash) = 32',
    },
  ],
});
export type ApiKey = InferEntity<typeof ApiKey>;
