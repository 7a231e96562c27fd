import type { EntityManager } from '@mikro-orm/postgresql';
import { AccountGrant } from '../account-grants/entity.ts';
import { authorizeReading } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import type { Tagged } from '../tagged.ts';
import { queryIn } from '../transact.ts';
import { unseen } from '../unseen.ts';
import type { FreezeAuthority, FrozenKind } from '../vocabulary.ts';
import type { Freeze } from './entity.ts';
import {
  authorizeFreezing,
  authorityOf,
  isInForce,
  openFreezes,
  placeOf,
  tagOf,
  type Place,
  type Thing,
} from './place.ts';

/** What one authority has frozen; times in RFC 3339, `until` null = until it is lifted. */
interface FreezeOf {
  authority: FreezeAuthority;
  reason: string;
  until: string | null;
  since: string;
  by: string;
}

/** A frozen thing: the freeze of the highest authority, and those of lower ones. */
export interface FreezeView extends FreezeOf {
  kind: FrozenKind;
  id: string;
  also: FreezeOf[];
}

/**
 * What is in force of one thing. Keys read it as a fact; of people, those who may freeze it.
 * @throws SparkgateError `not_found` where it is not frozen, or out of sight
 */
export async function readFreeze(ctx: Context, thing: Thing): Promise<Tagged<FreezeView>> {
  const em = ctx.orm.em.fork();
  const place = await placeOf(em, thing);
  if (authorityOf(ctx.actor) === 'SERVICE') await authorizeReading(ctx, [await centerInSight(ctx, em, place)]);
  else await authorizeFreezing(ctx, null, place, 'freeze');
  const inForce = await freezesInForce(em, thing);
  const view = viewOf(thing, inForce);
  if (!view) throw unseen();
  return { fact: view, tag: tagOf(inForce) ?? '' };
}

/** What is in force of a thing, for pages that somebody may see already; null: it is not frozen. */
export async function freezeInForce(em: EntityManager, thing: Thing): Promise<FreezeView | null> {
  return viewOf(thing, await freezesInForce(em, thing));
}

async function freezesInForce(em: EntityManager, thing: Thing): Promise<Freeze[]> {
  const open = await openFreezes(em, thing);
  if (open.length === 0) return open;
  const [row] = await queryIn(em)<{ now: string }>('select clock_timestamp()::timestamptz(3) as now', []);
  if (!row) throw new Error('the database did not say what time it is');
  return open.filter((it) => isInForce(it, new Date(row.now)));
}

function viewOf({ kind, id }: Thing, [first, ...others]: readonly Freeze[]): FreezeView | null {
  return first ? { kind, id, ...freezeOf(first), also: others.map((it) => freezeOf(it)) } : null;
}

function freezeOf({ authority, reason, until, validFrom, begunBy }: Freeze): FreezeOf {
  return {
    authority,
    reason,
    until: until?.toISOString() ?? null,
    since: validFrom.toISOString(),
    by: begunBy,
  };
}

/** The Business Center by which a key may know of a thing; null: none that it is confined to. */
async function centerInSight({ key }: Context, em: EntityManager, { kind, id, bcId }: Place): Promise<string | null> {
  if (kind !== 'tiktok_account' || key?.bcIds == null) return bcId;
  const grant = await em.findOne(AccountGrant, { tiktokAccountId: id, bcId: { $in: [...key.bcIds] } });
  return grant?.bcId ?? null;
}

const LISTED = `
select f.kind, f.resource_id as id, f.kind || ':' || f.resource_id as key, jsonb_agg(jsonb_build_object(
         'authority', f.authority, 'reason', f.reason, 'until', f.until, 'since', f.valid_from, 'by', f.begun_by)
         order by array_position(array['SERVICE', 'BUSINESS_CENTER', 'OWNER'], f.authority)) as freezes
  from resource_freeze f
 where f.valid_to is null and (f.until is null or f.until > clock_timestamp())
   and (f.kind || ':' || f.resource_id) collate "C" > $1
   and ($3::text[] is null or case f.kind
          when 'business_center' then f.resource_id = any ($3)
          when 'ad_account' then exists (
            select from ad_account a where a.advertiser_id = f.resource_id and a.bc_id = any ($3))
          else exists (
            select from account_grant g where g.tiktok_account_id = f.resource_id and g.bc_id = any ($3)) end)
 group by f.kind, f.resource_id order by (f.kind || ':' || f.resource_id) collate "C" limit $2`;

interface Listed extends Thing {
  key: string;
  freezes: [FreezeOf, ...FreezeOf[]];
}

/** Everything that is frozen: to a confined key, of its Business Centers and of the accounts that they hold or held. */
export async function readFreezes(ctx: Context, { cursor, limit }: PageQuery): Promise<Page<FreezeView>> {
  await authorizeReading(ctx, []);
  const query = queryIn(ctx.orm.em.fork());
  const rows = await query<Listed>(LISTED, [cursor ?? '', limit + 1, ctx.key?.bcIds ?? null]);
  return pageOf(rows, limit, ({ key }) => key, listed);
}

function listed({ kind, id, freezes: [first, ...others] }: Listed): FreezeView {
  return { kind, id, ...inRfc3339(first), also: others.map(inRfc3339) };
}

const inRfc3339 = (it: FreezeOf): FreezeOf => ({
  ...it,
  until: it.until === null ? null : new Date(it.until).toISOString(),
  since: new Date(it.since).toISOString(),
});
