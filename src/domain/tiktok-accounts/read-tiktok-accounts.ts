import type { EntityManager } from '@mikro-orm/postgresql';
import { AccountGrant } from '../account-grants/entity.ts';
import { authorizeReading } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import type { Tagged } from '../tagged.ts';
import { queryIn } from '../transact.ts';
import { unseen } from '../unseen.ts';
import { TiktokAccount } from './entity.ts';
import { profile, type Profile } from './profile.ts';

/** A TikTok account as it is stored; null = unknown. */
export interface TiktokAccountView extends Profile {
  id: string;
}

/** One TikTok account. @throws SparkgateError `not_found` for one that is not known, or out of the key's sight */
export async function readTiktokAccount(ctx: Context, id: string): Promise<Tagged<TiktokAccountView>> {
  const em = ctx.orm.em.fork();
  await authorizeAccount(ctx, em, id);
  const account = await em.findOne(TiktokAccount, { id });
  if (!account) throw unseen();
  return { fact: view(account), tag: account.version };
}

/** $1 after which id, $2 the Business Centers of a confined key, $3 how many; with one that holds the account. */
const ACCOUNTS = `
  select t.id, h.bc_id
  from tiktok_account t left join lateral (
    select g.bc_id from account_grant g
    where g.tiktok_account_id = t.id and g.valid_to is null and g.bc_id = any($2) limit 1) h on true
  where t.id > $1 and ($2::text[] is null or h.bc_id is not null)
  order by t.id limit $3`;

/** The TikTok accounts, by id: of a confined key, those that its Business Centers hold. */
export async function readTiktokAccounts(ctx: Context, page: PageQuery): Promise<Page<TiktokAccountView>> {
  await authorizeReading(ctx, []);
  const em = ctx.orm.em.fork();
  const values = [page.cursor ?? '', ctx.key?.bcIds ?? null, page.limit + 1];
  const found = await queryIn(em)<{ id: string; bc_id: string | null }>(ACCOUNTS, values);
  await authorizeReading(
    ctx,
    found.map((row) => row.bc_id),
  );
  const rows = await em.find(TiktokAccount, { id: { $in: found.map(({ id }) => id) } }, { orderBy: { id: 'asc' } });
  return pageOf(rows, page.limit, (row) => row.id, view);
}

/**
 * An account belongs to no Business Center; a confined key reads those that its own hold now.
 * @throws SparkgateError `forbidden`, `not_found`
 */
export async function authorizeAccount(ctx: Context, em: EntityManager, tiktokAccountId: string): Promise<void> {
  const within = ctx.key?.bcIds;
  const grants = within
    ? await em.find(AccountGrant, { tiktokAccountId, bcId: { $in: [...within] }, validTo: null })
    : [];
  await authorizeReading(ctx, grants.length > 0 ? grants.map((grant) => grant.bcId) : [null]);
}

function view(account: TiktokAccount): TiktokAccountView {
  return { id: account.id, ...profile(account) };
}
