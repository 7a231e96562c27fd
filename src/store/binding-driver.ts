import { isRaw } from '@mikro-orm/core';
import { PostgreSqlConnection, PostgreSqlDriver } from '@mikro-orm/postgresql';
import { CompiledQuery, type Kysely } from 'kysely';

/**
 * The ORM writes values into the text of a statement, so that PostgreSQL plans each anew. In a transaction this binds
 * them as parameters: the text stays the same, and can be prepared.
 */
export class BindingDriver extends PostgreSqlDriver {
  protected override readonly connection = new BindingConnection(this.config);
}

type Execute = Parameters<PostgreSqlConnection['execute']>;

class BindingConnection extends PostgreSqlConnection {
  override async execute<Result extends object>(...args: Execute): Promise<Result> {
    const [query, params = [], method = 'all'] = args;
    const transaction = args[3] as Kysely<unknown> | undefined;
    const bound = transaction ? boundOf(query, params) : null;
    if (!transaction || !bound) return super.execute(...args);
    return this.transformRawResult<Result>(await transaction.executeQuery(bound), method);
  }
}

/** A statement with parameters; null for one that is put together otherwise. */
function boundOf(query: Execute[0], params: unknown): CompiledQuery | null {
  const raw = typeof query === 'string' ? { sql: query, params } : isRaw(query) ? query : query.toRaw();
  const values: unknown = raw.params;
  if (!Array.isArray(values) || !values.every(isPlain) || /\?\?|\\\?/.test(raw.sql)) return null;
  let n = 0;
  const text = raw.sql.replaceAll('?', () => `$${(n += 1)}`);
  return n === values.length ? CompiledQuery.raw(text, values) : null;
}

function isPlain(value: unknown): boolean {
  return value === null || value instanceof Date || ['string', 'number', 'boolean'].includes(typeof value);
}
