import { authorizeReading } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import type { Tagged } from '../tagged.ts';
import { TiktokAccount } from '../tiktok-accounts/entity.ts';
import { unseen } from '../unseen.ts';
import type { Scope } from '../vocabulary.ts';
import { AccountLink } from './entity.ts';

/** An account link as it is stored. */
export interface LinkView {
  tiktok_account_id: string;
  user_id: string;
  scopes: Scope[];
}

/** One link. Links are no Business Center's to know. @throws SparkgateError `not_found` */
export async function readLink(ctx: Context, tiktokAccountId: string, userId: string): Promise<Tagged<LinkView>> {
  await authorizeReading(ctx, [null]);
  const link = await ctx.orm.em.fork().findOne(AccountLink, { tiktokAccountId, userId, validTo: null });
  if (!link) throw unseen();
  return { fact: view(link), tag: link.id };
}

/** The links of a TikTok account, by user. @throws SparkgateError `not_found` */
export async function readLinks(ctx: Context, tiktokAccountId: string, page: PageQuery): Promise<Page<LinkView>> {
  await authorizeReading(ctx, [null]);
  const em = ctx.orm.em.fork();
  if (!(await em.findOne(TiktokAccount, { id: tiktokAccountId }))) throw unseen();
  const rows = await em.find(
    AccountLink,
    { tiktokAccountId, validTo: null, userId: { $gt: page.cursor ?? '' } },
    { orderBy: { userId: 'asc' }, limit: page.limit + 1 },
  );
  return pageOf(rows, page.limit, (row) => row.userId, view);
}

function view({ tiktokAccountId, userId, scopes }: AccountLink): LinkView {
  return { tiktok_account_id: tiktokAccountId, user_id: userId, scopes };
}
