import { z } from 'zod';
import { AdAccountBody, AdAccountMemberBody } from '../ad-accounts/schemas.ts';
import { ScopesBody } from '../assignments/schemas.ts';
import { BusinessCenterBody, MemberBody } from '../business-centers/schemas.ts';
import { EntityBody } from '../entities/schemas.ts';
import { TiktokAccountBody } from '../tiktok-accounts/schemas.ts';
import { UserBody } from '../users/schemas.ts';
import { OutsideId, Scope } from '../vocabulary.ts';

/** One line of an import: the body of the matching PUT, with the ids of its path and a `type`. */
export const FactLine = z.discriminatedUnion('type', [
  BusinessCenterBody.extend({ type: z.literal('business_center'), bc_id: OutsideId }),
  MemberBody.extend({ type: z.literal('member'), bc_id: OutsideId, user_id: OutsideId }),
  AdAccountBody.extend({ type: z.literal('ad_account'), advertiser_id: OutsideId }),
  AdAccountMemberBody.extend({ type: z.literal('ad_account_member'), advertiser_id: OutsideId, user_id: OutsideId }),
  TiktokAccountBody.extend({ type: z.literal('tiktok_account'), id: OutsideId }),
  ScopesBody.extend({ type: z.literal('account_link'), tiktok_account_id: OutsideId, user_id: OutsideId }),
  ScopesBody.extend({ type: z.literal('account_grant'), bc_id: OutsideId, tiktok_account_id: OutsideId }),
  ScopesBody.extend({
    type: z.literal('assignment'),
    bc_id: OutsideId,
    tiktok_account_id: OutsideId,
    user_id: OutsideId,
    by: z
      .partialRecord(Scope, z.string().min(1).max(256))
      .nullish()
      .describe('Who added a scope, such as `user:sam`, where that was the member themself; left out: as it was'),
  }),
  UserBody.extend({ type: z.literal('user'), id: OutsideId }),
  EntityBody.extend({ type: z.literal('entity'), entity_type: OutsideId, id: OutsideId }),
]);
export type FactLine = z.infer<typeof FactLine>;
export type FactType = FactLine['type'];

/** All types, in the order in which they are brought in. */
export const FACT_TYPES = FactLine.options.map((option) => option.shape.type.value);
