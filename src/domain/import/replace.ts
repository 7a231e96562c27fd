import { SparkgateError } from '../errors.ts';
import type { Tx } from '../transact.ts';
import type { FactType } from './fact-line.ts';
import { IMPORTED, MOST_ENDING, type EndingFact, type Replacement, type ReplaceScope } from './modes.ts';
import { recordAll } from './trail.ts';

/** What a scope ends: current rows `t` of these Business Centers ($1) whose key no line has. */
interface Ending {
  type: FactType;
  key: readonly string[];
  /** The column that its entries of the trail tell. */
  value: string;
  from: string;
  /** SQL of the Business Center of a row `t`. */
  bcId: string;
  event: string;
  subject: { type: 'tiktok_account' | 'user'; id: string };
  /** The column that entries name beside the value. */
  about?: string;
}

export const ENDINGS: Record<Exclude<ReplaceScope, 'ad_accounts'>, Ending> = {
  members: {
    type: 'member',
    key: ['bc_id', 'user_id'],
    value: 'user_role',
    from: 'member t',
    bcId: 't.bc_id',
    event: 'member.removed',
    subject: { type: 'user', id: 'm.user_id' },
  },
  ad_account_members: {
    type: 'ad_account_member',
    key: ['advertiser_id', 'user_id'],
    value: 'advertiser_role',
    from: 'ad_account_member t join ad_account a using (advertiser_id)',
    bcId: 'a.bc_id',
    event: 'ad_account_member.removed',
    subject: { type: 'user', id: 'm.user_id' },
    about: 'advertiser_id',
  },
  account_grants: {
    type: 'account_grant',
    key: ['bc_id', 'tiktok_account_id'],
    value: 'scopes',
    from: 'account_grant t',
    bcId: 't.bc_id',
    event: 'account_grant.revoked',
    subject: { type: 'tiktok_account', id: 'm.tiktok_account_id' },
  },
  assignments: {
    type: 'assignment',
    key: ['bc_id', 'tiktok_account_id', 'user_id'],
    value: 'scopes',
    from: 'assignment t',
    bcId: 't.bc_id',
    event: 'assignment.ended',
    subject: { type: 'user', id: 'm.user_id' },
    about: 'tiktok_account_id',
  },
};

/**
 * Ends what the file lacks of a scope, and all that hangs on it: `missing_<type>` tells what it was.
 * @param ended how many it has ended before
 * @returns how many it ends now
 * @throws SparkgateError `limit_reached` where that is more than it may be, since a short file looks like a revocation
 */
export async function endMissing(tx: Tx, scope: ReplaceScope, asked: Replacement, ended: number): Promise<number> {
  if (scope === 'ad_accounts') return endMissingAdAccounts(tx, asked, ended);
  const ending = ENDINGS[scope];
  const { type, key, value, from, bcId } = ending;
  const missing = `missing_${type}`;
  const columns = key.map((column) => `t.${column}`).join(', ');
  await tx.query(
    `create temporary table ${missing} on commit drop as
     select t.id, ${bcId} as of_bc_id, ${columns}, t.${value} from ${from}
      where t.valid_to is null and ${bcId} = any (${list(asked.bcIds)}) and ${lacking(type, key)}`,
    [],
  );
  const found = await requireFew(
    tx,
    { scope, missing, all: `${from} where t.valid_to is null and ${bcId}`, ended },
    asked,
  );
  if (found === 0) return 0;
  await endHanging(tx, scope);
  // What others have ended by then is not this write's.
  const [counted] = await tx.query<{ ended: number }>(
    `with ended as (
       update ${type} t set valid_to = greatest(t.valid_from, $1), ended_by = $2, ended_write = $3 from ${missing} m
        where t.id = m.id and t.valid_to is null returning t.id),
     overtaken as (delete from ${missing} m where not exists (select from ended e where e.id = m.id))
     select count(*)::int as ended from ended`,
    [tx.at, tx.by, tx.id],
  );
  const told = ending.about === undefined ? '' : `'${ending.about}', m.${ending.about}, `;
  await recordAll(tx, {
    event: ending.event,
    subject: ending.subject,
    bcId: 'm.of_bc_id',
    before: `jsonb_build_object(${told}'${value}', m.${value})`,
    after: 'null::jsonb',
    from: `${missing} m`,
  });
  return counted?.ended ?? 0;
}

/** The first of what a replacement ended of a scope. */
export async function firstEnded(tx: Tx, scope: ReplaceScope): Promise<EndingFact[]> {
  const { type, key } = typeOf(scope);
  const columns = key.join(', ');
  return tx.query<EndingFact>(
    `select '${type}' as type, ${columns} from missing_${type} order by ${columns} limit ${MOST_ENDING}`,
    [],
  );
}

/** The type of the facts that a scope ends, and their key. */
export function typeOf(scope: ReplaceScope): Pick<Ending, 'type' | 'key'> {
  return scope === 'ad_accounts' ? { type: 'ad_account', key: ['advertiser_id'] } : ENDINGS[scope];
}

/** Assignments end with the grant, or the membership, that they need. */
async function endHanging(tx: Tx, scope: ReplaceScope): Promise<void> {
  if (scope === 'members')
    await endAssignments(tx, '(a.bc_id, a.user_id) in (select bc_id, user_id from missing_member)');
  if (scope === 'account_grants') await endAssignments(tx, 'a.grant_id in (select id from missing_account_grant)');
}

/** Ends assignments `a`, with their entries of the trail. */
async function endAssignments(tx: Tx, condition: string): Promise<void> {
  await tx.query(
    `with ended as (
       update assignment a set valid_to = greatest(a.valid_from, clock_timestamp()), ended_by = $1, ended_write = $2
        where a.valid_to is null and ${condition}
       returning a.bc_id, a.user_id, a.tiktok_account_id, a.scopes)
     insert into audit_entry
       (actor, write_id, at, api_key, request_id, event, bc_id, subject_type, subject_id, before, flags)
     select $1, $2, $3, $4, $5, 'assignment.ended', bc_id, 'user', user_id,
            jsonb_build_object('tiktok_account_id', tiktok_account_id, 'scopes', scopes), array['${IMPORTED}']
       from ended`,
    [tx.by, tx.id, tx.at, tx.apiKey, tx.requestId],
  );
}

/** An ad account is not forgotten: it leaves its Business Center, and every role in it ends. */
async function endMissingAdAccounts(tx: Tx, asked: Replacement, ended: number): Promise<number> {
  await tx.query(
    `create temporary table missing_ad_account on commit drop as
     select t.advertiser_id, t.name, t.bc_id as of_bc_id from ad_account t
      where t.bc_id = any (${list(asked.bcIds)}) and ${lacking('ad_account', ['advertiser_id'])}`,
    [],
  );
  const where = {
    scope: 'ad_accounts',
    missing: 'missing_ad_account',
    all: 'ad_account t where t.bc_id',
    ended,
  } as const;
  if ((await requireFew(tx, where, asked)) === 0) return 0;
  // What others have moved by then is not this write's.
  const [counted] = await tx.query<{ ended: number }>(
    `with locked as (
       select t.advertiser_id from ad_account t join missing_ad_account m
         on m.advertiser_id = t.advertiser_id and m.of_bc_id = t.bc_id order by 1 for no key update of t),
     overtaken as (
       delete from missing_ad_account m where not exists (select from locked l where l.advertiser_id = m.advertiser_id))
     select count(*)::int as ended from locked`,
    [],
  );
  await tx.query(
    `create temporary table roles_of_missing on commit drop as
     select t.id, t.advertiser_id, t.user_id, t.advertiser_role, m.of_bc_id
       from ad_account_member t join missing_ad_account m using (advertiser_id) where t.valid_to is null`,
    [],
  );
  await tx.query(
    `update ad_account_member t set valid_to = greatest(t.valid_from, $1), ended_by = $2, ended_write = $3
       from roles_of_missing m where t.id = m.id`,
    [tx.at, tx.by, tx.id],
  );
  await tx.query(
    'update ad_account t set bc_id = null from missing_ad_account m where t.advertiser_id = m.advertiser_id',
    [],
  );
  await recordAll(tx, {
    event: 'ad_account.put',
    subject: { type: 'ad_account', id: 'm.advertiser_id' },
    bcId: 'm.of_bc_id',
    before: `jsonb_build_object('name', m.name, 'bc_id', m.of_bc_id)`,
    after: `jsonb_build_object('name', m.name, 'bc_id', null, 'roles_ended',
      (select count(*) from roles_of_missing r where r.advertiser_id = m.advertiser_id))`,
    from: 'missing_ad_account m',
  });
  await recordAll(tx, {
    event: 'ad_account_member.removed',
    subject: { type: 'user', id: 'm.user_id' },
    bcId: 'm.of_bc_id',
    before: `jsonb_build_object('advertiser_id', m.advertiser_id, 'advertiser_role', m.advertiser_role)`,
    after: 'null::jsonb',
    from: 'roles_of_missing m',
  });
  await tx.query('drop table roles_of_missing', []);
  return counted?.ended ?? 0;
}

/** SQL: no line has the key of the row `t`. */
function lacking(type: FactType, key: readonly string[]): string {
  const same = key.map((column) => `s.fact->>'${column}' = t.${column}`).join(' and ');
  return `not exists (select from staged s where s.type = '${type}' and ${same})`;
}

/** Ids as a literal: temporary tables are made without parameters. */
function list(ids: readonly string[]): string {
  return `array[${ids.map((id) => `'${id.replaceAll("'", "''")}'`).join(', ')}]::text[]`;
}

async function requireFew(
  tx: Tx,
  { scope, missing, all, ended }: { scope: ReplaceScope; missing: string; all: string; ended: number },
  { bcIds, maxEnded, dryRun }: Replacement,
): Promise<number> {
  const [counted] = await tx.query<{ lacking: number; held: number }>(
    `select (select count(*)::int from ${missing}) as lacking, (select count(*)::int from ${all} = any ($1)) as held`,
    [bcIds],
  );
  if (!counted) throw new Error('a count gave no row');
  const ends = ended + counted.lacking;
  const held = ended + counted.held;
  if (counted.lacking === 0 || dryRun || ends * 100 <= held * maxEnded) return counted.lacking;
  throw new SparkgateError('limit_reached', (say) => say.details.endsTooMuch(scope, ends, held, maxEnded));
}
