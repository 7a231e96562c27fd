import { REQUIRED_WHEN_NEW } from '../required-when-new.ts';
import type { Tx } from '../transact.ts';
import type { FactType } from './fact-line.ts';
import { badLine } from './read-lines.ts';
import { recordAll } from './trail.ts';

/** Something with a key and fields, each of which a line may leave out. */
interface Noun {
  type: Extract<FactType, 'ad_account' | 'business_center' | 'tiktok_account' | 'user'>;
  table: string;
  key: string;
  fields: Readonly<Record<string, 'boolean' | 'jsonb' | 'text'>>;
  /** The field that has to be told of what is new; null = none. */
  required: string | null;
  /** SQL: whose trails a row `p` of the plan is in. */
  trails: { bcId: string; join: string };
}

export const BUSINESS_CENTER: Noun = {
  type: 'business_center',
  table: 'business_center',
  key: 'bc_id',
  fields: { name: 'text' },
  required: 'name',
  trails: { bcId: 'p.bc_id', join: '' },
};

/** A move is in the trails of both Business Centers; what belongs to none is in that of none. */
export const AD_ACCOUNT: Noun = {
  type: 'ad_account',
  table: 'ad_account',
  key: 'advertiser_id',
  fields: { name: 'text', bc_id: 'text' },
  required: 'name',
  trails: {
    bcId: 'trail.bc_id',
    join: `cross join lateral (
      select distinct it.bc_id from unnest(array[p.before->>'bc_id', p.bc_id]) as it (bc_id)
       where it.bc_id is not null or (p.before->>'bc_id' is null and p.bc_id is null)) trail`,
  },
};

/** What is known of an account is shown to those that hold a grant on it. */
export const TIKTOK_ACCOUNT: Noun = {
  type: 'tiktok_account',
  table: 'tiktok_account',
  key: 'id',
  fields: { handle: 'text', display_name: 'text', ad_authorization: 'boolean', showcase: 'jsonb' },
  required: 'handle',
  trails: { bcId: 'g.bc_id', join: 'left join account_grant g on g.tiktok_account_id = p.id and g.valid_to is null' },
};

/** What a user is called is seen in every Business Center of theirs. */
export const USER: Noun = {
  type: 'user',
  table: 'user_profile',
  key: 'id',
  fields: { display_name: 'text', email: 'text' },
  required: null,
  trails: { bcId: 'm.bc_id', join: 'left join member m on m.user_id = p.id and m.valid_to is null' },
};

/** A row `p` of the plan whose ad account leaves its Business Center. */
const MOVED = `p.before->>'bc_id' is not null and p.before->>'bc_id' is distinct from p.bc_id`;

/** How many roles ended with the move, as both Business Centers are told. */
const ROLES_ENDED = `jsonb_build_object('roles_ended', (
  select count(*) from ad_account_member m
   where m.advertiser_id = p.advertiser_id and m.valid_to is not null and m.ended_write = $2))`;

/**
 * Brings in what lines say of nouns, each field from the last line that names it. What somebody else has changed since it
 * was compared is left alone, and leaves the plan.
 * @returns how many rows change
 */
export async function bringNouns(tx: Tx, noun: Noun): Promise<number> {
  if ((await planNouns(tx, noun)) === 0) return 0;
  if (noun === AD_ACCOUNT) await endMovedRoles(tx);
  const { type, table, key, trails } = noun;
  const fields = Object.keys(noun.fields);
  const [counted] = await tx.query<{ written: number }>(
    `with written as (
       insert into ${table} as t (${[key, ...fields].join(', ')}) select ${[key, ...fields].join(', ')} from planned_${type}
       on conflict (${key}) do update set ${fields.map((field) => `${field} = excluded.${field}`).join(', ')}
        where t.version = (select p.version from planned_${type} p where p.${key} = t.${key})
       returning t.${key}),
     overtaken as (delete from planned_${type} p where not exists (select from written w where w.${key} = p.${key}))
     select count(*)::int as written from written`,
    [],
  );
  await recordAll(tx, {
    event: `${type}.put`,
    subject: { type, id: `p.${key}` },
    bcId: trails.bcId,
    before: 'p.before',
    after: noun === AD_ACCOUNT ? `case when ${MOVED} then p.after || ${ROLES_ENDED} else p.after end` : 'p.after',
    from: `planned_${type} p ${trails.join}`,
  });
  return counted?.written ?? 0;
}

/** Writes what changes into the temporary table `planned_<type>`. */
async function planNouns(tx: Tx, { type, table, key, fields, required }: Noun): Promise<number> {
  const names = Object.keys(fields);
  const lastOf = (name: string): string =>
    `(array_agg(fact->'${name}' order by line desc) filter (where fact ? '${name}'))[1] as ${name}`;
  const merged = Object.entries(fields).map(([name, as]) => {
    const told = as === 'jsonb' ? `nullif(n.${name}, 'null')` : `(n.${name} #>> '{}')::${as}`;
    return `case when n.${name} is null then t.${name} else ${told} end as ${name}`;
  });
  const profile = (alias: string): string =>
    `jsonb_build_object(${names.map((name) => `'${name}', ${alias}.${name}`).join(', ')})`;
  const lacking = required === null ? 'false' : `t.${key} is null and n.${required} is null`;
  await tx.query(
    `create temporary table compared_${type} on commit drop as
     with named as materialized (
       select fact->>'${key}' as ${key}, min(line) as line, array_agg(line) as lines, ${names.map(lastOf).join(', ')}
         from staged where type = '${type}' group by fact->>'${key}'
     ), merged as (
       select n.line, n.lines, n.${key}, ${lacking} as lacking, ${merged.join(', ')},
              case when t.${key} is not null then ${profile('t')} end as before, t.version
         from named n left join ${table} t on t.${key} = n.${key}
     ), told as (select m.*, ${profile('m')} as after from merged m)
     select * from told`,
    [],
  );
  await tx.query(
    `create temporary table planned_${type} on commit drop as
     select * from compared_${type} where before is distinct from after`,
    [],
  );
  const [incomplete] = await tx.query<{ line: number }>(
    `select line from planned_${type} where lacking order by line limit 1`,
    [],
  );
  if (incomplete) throw badLine(incomplete.line, `${required}: ${REQUIRED_WHEN_NEW}`);
  const [counted] = await tx.query<{ changed: number }>(`select count(*)::int as changed from planned_${type}`, []);
  return counted?.changed ?? 0;
}

/** When an ad account leaves its Business Center, every role in it ends: in the trail of the one that it leaves. */
async function endMovedRoles(tx: Tx): Promise<void> {
  await tx.query(
    `with locked as (
       select t.advertiser_id from ad_account t
         join planned_ad_account p on p.advertiser_id = t.advertiser_id and p.version = t.version for no key update of t)
     delete from planned_ad_account p
      where p.before is not null and not exists (select from locked l where l.advertiser_id = p.advertiser_id)`,
    [],
  );
  await tx.query(
    `update ad_account_member t set valid_to = greatest(t.valid_from, $1), ended_by = $2, ended_write = $3 from planned_ad_account p
      where ${MOVED} and t.advertiser_id = p.advertiser_id and t.valid_to is null`,
    [tx.at, tx.by, tx.id],
  );
  await recordAll(tx, {
    event: 'ad_account_member.removed',
    subject: { type: 'user', id: 't.user_id' },
    bcId: `p.before->>'bc_id'`,
    before: `jsonb_build_object('advertiser_id', t.advertiser_id, 'advertiser_role', t.advertiser_role)`,
    after: 'null::jsonb',
    from: `planned_ad_account p join ad_account_member t
      on ${MOVED} and t.advertiser_id = p.advertiser_id and t.valid_to is not null and t.ended_write = $2`,
  });
}
