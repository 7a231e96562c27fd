import type { FactLine } from '../domain/import/fact-line.ts';

/** The demo's Business Center. */
export const DEMO_CENTER = { type: 'business_center', bc_id: 'bc1', name: 'Bright Agency' } as const;

/** A reviewer of policies, who is in no Business Center. */
export const DEMO_REVIEWER = { id: 'rita', attributes: { reviewer: true } } as const;

/** The cast: adm and sam of bc1, ext of bc2, Lee with a link of their own, and @brand, which Olga owns. */
export const DEMO_FACTS: readonly [typeof DEMO_CENTER, ...FactLine[]] = [
  DEMO_CENTER,
  { type: 'business_center', bc_id: 'bc2', name: 'Other Agency' },
  { type: 'member', bc_id: 'bc1', user_id: 'adm', user_role: 'ADMIN' },
  { type: 'member', bc_id: 'bc1', user_id: 'sam', user_role: 'STANDARD' },
  { type: 'member', bc_id: 'bc2', user_id: 'ext', user_role: 'ADMIN' },
  { type: 'ad_account', advertiser_id: 'adv1', name: 'Spring campaign', bc_id: 'bc1' },
  { type: 'ad_account', advertiser_id: 'adv9', name: 'Elsewhere' },
  { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'adm', advertiser_role: 'ADMIN' },
  { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'sam', advertiser_role: 'OPERATOR' },
  { type: 'ad_account_member', advertiser_id: 'adv9', user_id: 'sam', advertiser_role: 'OPERATOR' },
  { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'lee', advertiser_role: 'OPERATOR' },
  { type: 'tiktok_account', id: 'brand', handle: '@brand', display_name: 'The Brand', ad_authorization: true },
  { type: 'tiktok_account', id: 'other', handle: '@other', display_name: 'Another Account' },
  { type: 'account_link', tiktok_account_id: 'brand', user_id: 'lee', scopes: ['POST'] },
  { type: 'account_grant', bc_id: 'bc1', tiktok_account_id: 'brand', scopes: ['POST'] },
  { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'sam', scopes: ['POST'] },
];
