import { z } from 'zod';
import { AccessRequestStatus, AdvertiserRole, KeyPermission, Scope, UserRole } from '../domain/vocabulary.ts';

/**
 * The fact vectors: what holds *between* a subject and a resource, in a closed vocabulary and without ids.
 * One schema a kind; `policies/_schemas` is generated from here and Cerbos rejects whatever does not fit.
 * Lists are sorted and free of doubles, so equal situations give equal vectors. `null` means: unknown, or not named.
 */

/** One way by which access may come. Each path must satisfy a rule by itself. */
export const AccessPath = z.strictObject({
  via: z.enum(['BUSINESS_CENTER', 'ACCOUNT_LINK', 'OWNER']),
  /** The subject's role in that Business Center; null: not a member of it, or not a Business Center path. */
  user_role: UserRole.nullable(),
  /** State of the Business Center's account grant; null off Business Center paths. */
  grant: z.enum(['ACTIVE', 'REVOKED', 'NONE']).nullable(),
  /** Scopes that the account's owner granted to the Business Center, or that the account link carries. */
  granted: z.array(Scope),
  /** Scopes that the Business Center assigned to the subject. */
  assigned: z.array(Scope),
});
export type AccessPath = z.infer<typeof AccessPath>;

/** What the caller says of the post; a fact that was not sent is null. */
export const PostFacts = z.strictObject({
  of_this_account: z.boolean().nullable(),
  visibility: z.enum(['PUBLIC', 'OTHER']).nullable(),
  ad_authorization: z.boolean().nullable(),
});

export type PostFacts = z.infer<typeof PostFacts>;

export const TiktokAccountVector = z.strictObject({
  paths: z.array(AccessPath),
  /** In the ad account that the check names: NONE = no role there; null = no ad account was named. */
  advertiser_role: z.enum([...AdvertiserRole.options, 'NONE']).nullable(),
  /** The account's own ad authorization switch; null = unknown. */
  account_ad_authorization: z.boolean().nullable(),
  post: PostFacts.nullable(),
  /** Whether the check names a live. */
  live: z.boolean(),
  /** The user whom the action would assign or unassign; null = none named. `member` null: of no named Business Center. */
  assignee: z.strictObject({ member: z.boolean().nullable() }).nullable(),
  /** Scopes that the action names; null = none named. */
  scopes: z.array(Scope).nullable(),
});
export type TiktokAccountVector = z.infer<typeof TiktokAccountVector>;

export const BusinessCenterVector = z.strictObject({
  /** The subject's role in this Business Center; null = not a member. */
  user_role: UserRole.nullable(),
  /** Scopes that the action names; null = none named. */
  scopes: z.array(Scope).nullable(),
});
export type BusinessCenterVector = z.infer<typeof BusinessCenterVector>;

export const AccessRequestVector = z.strictObject({
  /** null = there is no such request. */
  status: AccessRequestStatus.nullable(),
  /** The subject is a signed-in TikTok account, and the request is meant for it or for no account in particular. */
  owner: z.boolean(),
  /** The subject's role in the Business Center that asks; null = not a member. */
  user_role: UserRole.nullable(),
  /** The role that the requesting member holds there now; null = no longer a member. */
  requester_role: UserRole.nullable(),
});
export type AccessRequestVector = z.infer<typeof AccessRequestVector>;

/** This service itself: what an API key, or a person who comes without one, may call. */
const SparkgateServiceVector = z.strictObject({
  permissions: z.array(KeyPermission),
  /** Whether the call stays inside the Business Centers that the key is confined to. */
  confinement: z.enum(['NONE', 'WITHIN', 'OUTSIDE']),
  /** Of a person without a key: whether the call acts for, or asks about, that person; null = an API key calls. */
  about: z.enum(['SELF', 'OTHERS']).nullable(),
});
export type SparkgateServiceVector = z.infer<typeof SparkgateServiceVector>;

/** Every kind whose facts are stored here, with the schema of its vector. */
export const VECTOR_SCHEMAS = {
  tiktok_account: TiktokAccountVector,
  business_center: BusinessCenterVector,
  access_request: AccessRequestVector,
  sparkgate_service: SparkgateServiceVector,
} as const;
