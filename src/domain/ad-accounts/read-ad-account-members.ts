import { authorizeReading } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import type { Tagged } from '../tagged.ts';
import { unseen } from '../unseen.ts';
import type { AdvertiserRole } from '../vocabulary.ts';
import { AdAccount, AdAccountMember } from './entity.ts';

/** A user's role in an ad account as it is stored. */
export interface AdAccountMemberView {
  advertiser_id: string;
  user_id: string;
  advertiser_role: AdvertiserRole;
}

/** One user's role in an ad account. @throws SparkgateError `not_found` where there is none, or out of the key's sight */
export async function readAdAccountMember(
  ctx: Context,
  advertiserId: string,
  userId: string,
): Promise<Tagged<AdAccountMemberView>> {
  await requireSight(ctx, advertiserId);
  const member = await ctx.orm.em.fork().findOne(AdAccountMember, { advertiserId, userId, validTo: null });
  if (!member) throw unseen();
  return { fact: view(member), tag: member.id };
}

/** Who has which role in an ad account, by user. @throws SparkgateError `not_found` */
export async function readAdAccountMembers(
  ctx: Context,
  advertiserId: string,
  page: PageQuery,
): Promise<Page<AdAccountMemberView>> {
  await requireSight(ctx, advertiserId);
  const rows = await ctx.orm.em
    .fork()
    .find(
      AdAccountMember,
      { advertiserId, validTo: null, userId: { $gt: page.cursor ?? '' } },
      { orderBy: { userId: 'asc' }, limit: page.limit + 1 },
    );
  return pageOf(rows, page.limit, (row) => row.userId, view);
}

async function requireSight(ctx: Context, advertiserId: string): Promise<void> {
  const known = await ctx.orm.em.fork().findOne(AdAccount, { advertiserId });
  await authorizeReading(ctx, [known?.bcId ?? null]);
  if (!known) throw unseen();
}

function view({ advertiserId, userId, advertiserRole }: AdAccountMember): AdAccountMemberView {
  return { advertiser_id: advertiserId, user_id: userId, advertiser_role: advertiserRole };
}
