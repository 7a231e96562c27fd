import type { FactType } from './fact-line.ts';

/** A relationship that an import may bring: its table, its key, and the column that may change. */
export interface Relation {
  type: FactType;
  key: readonly string[];
  value: 'user_role' | 'advertiser_role' | 'scopes';
  /** Columns that name something, which has to be known. */
  references: readonly { column: string; table: string; key: string }[];
}

/** Text of a staged column, as its table takes it. */
function columnOf(value: string): string {
  return value === 'scopes' ? `array(select jsonb_array_elements_text(fact->'scopes'))` : `fact->>'${value}'`;
}

/** The last line of each key, as `latest`. */
export function latest({ type, key, value }: Relation): string {
  const keys = key.map((column) => `fact->>'${column}'`).join(', ');
  const columns = key.map((column) => `fact->>'${column}' as ${column}`).join(', ');
  return `with latest as materialized (
    select distinct on (${keys}) line, ${columns}, ${columnOf(value)} as ${value}
      from staged where type = '${type}' order by ${keys}, line desc)`;
}

/** Whether a current row `t` has the key of `latest`. */
export function sameKey({ key }: Relation): string {
  return key.map((column) => `t.${column} = latest.${column}`).join(' and ');
}
