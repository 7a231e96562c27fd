import type { FactType } from './fact-line.ts';

/** A relationship that an import may bring: its table, its key, and the column that may change. */
export interface Relation {
  type: FactType;
  key: readonly string[];
  value: 'user_role' | 'advertiser_role' | 'scopes';
  /** Columns that name something, which has to be known. */
  references: readonly Reference[];
}

/** A column that names something by the key of its table. */
export interface Reference {
  column: string;
  table: string;
  key: string;
}

const CENTER = { column: 'bc_id', table: 'business_center', key: 'bc_id' };
const ACCOUNT = { column: 'tiktok_account_id', table: 'tiktok_account', key: 'id' };
const AD_ACCOUNT = { column: 'advertiser_id', table: 'ad_account', key: 'advertiser_id' };

export const MEMBER: Relation = {
  type: 'member',
  key: ['bc_id', 'user_id'],
  value: 'user_role',
  references: [CENTER],
};
export const AD_ACCOUNT_MEMBER: Relation = {
  type: 'ad_account_member',
  key: ['advertiser_id', 'user_id'],
  value: 'advertiser_role',
  references: [AD_ACCOUNT],
};
export const LINK: Relation = {
  type: 'account_link',
  key: ['tiktok_account_id', 'user_id'],
  value: 'scopes',
  references: [ACCOUNT],
};
export const GRANT: Relation = {
  type: 'account_grant',
  key: ['bc_id', 'tiktok_account_id'],
  value: 'scopes',
  references: [CENTER, ACCOUNT],
};
export const ASSIGNMENT: Relation = {
  type: 'assignment',
  key: ['bc_id', 'tiktok_account_id', 'user_id'],
  value: 'scopes',
  references: [],
};

/** In this order each finds what it leans on: an ad account moves before roles in it are opened. */
export const RELATIONS: readonly Relation[] = [MEMBER, AD_ACCOUNT_MEMBER, LINK, GRANT, ASSIGNMENT];

/** Of a line of an assignment, the scopes that it says the member added themself; null: it does not say. */
const SAID_OF_ONESELF = `case when jsonb_typeof(fact->'by') = 'object' then
  array(select by.key from jsonb_each_text(fact->'by') by where by.value = 'user:' || (fact->>'user_id')) end`;

/** The last line of each key, as `latest`. */
export function latestOf({ type, key, value }: Relation): string {
  const keys = key.map((column) => `fact->>'${column}'`).join(', ');
  const columns = key.map((column) => `fact->>'${column}' as ${column}`).join(', ');
  const staged = value === 'scopes' ? `array(select jsonb_array_elements_text(fact->'scopes'))` : `fact->>'${value}'`;
  const by = type === 'assignment' ? `, ${SAID_OF_ONESELF} as own` : '';
  return `latest as materialized (
    select distinct on (${keys}) line, ${columns}, ${staged} as ${value}${by}
      from staged where type = '${type}' order by ${keys}, line desc)`;
}

/** Whether a row of the relation's table has the key of `latest`. */
export function sameKey({ key }: Pick<Relation, 'key'>, alias = 't'): string {
  return key.map((column) => `${alias}.${column} = latest.${column}`).join(' and ');
}

/** What a value is made of, so that some of it can be ended while the rest stays: a role holds those below it. */
export function partsOf(alias: string, value: Relation['value'], name: string = value): string {
  const column = `${alias}.${name}`;
  const parts = {
    scopes: column,
    user_role: `case ${column} when 'ADMIN' then '{STANDARD,ADMIN}' when 'STANDARD' then '{STANDARD}' end::text[]`,
    advertiser_role: `case ${column} when 'ADMIN' then '{ANALYST,OPERATOR,ADMIN}'
      when 'OPERATOR' then '{ANALYST,OPERATOR}' when 'ANALYST' then '{ANALYST}' end::text[]`,
  };
  return `coalesce(${parts[value]}, '{}')`;
}
