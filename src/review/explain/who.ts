import type { ReasonCode } from '../../domain/errors.ts';

/** Who could bring about what a reason code says is missing. */
export const WHO: Readonly<Record<ReasonCode, string>> = {
  NO_GRANT: "the account's owner, by approving a request of an administrator of the Business Center",
  GRANT_REVOKED: "the account's owner, by approving a new request of an administrator of the Business Center",
  NOT_A_MEMBER: 'whoever keeps the members of the Business Center: an administrator of it',
  NO_ASSIGNMENT: 'an administrator of the Business Center that holds the grant, by assigning the account',
  SCOPE_NOT_GRANTED: "the account's owner, by approving a request that names the scope",
  SCOPE_NOT_ASSIGNED: 'an administrator of the Business Center that holds the grant, by assigning the scope',
  ADVERTISER_ROLE_INSUFFICIENT: 'an administrator of the ad account, by giving the role there',
  AD_AUTHORIZATION_OFF: "the account's owner, by switching ad authorization on",
  POST_NOT_PUBLIC: "the account's owner, by making the post public",
  POST_OF_ANOTHER_ACCOUNT: 'the caller, by naming a post of this account',
  NOT_AN_ADMIN: 'an administrator of the Business Center, by making this member one',
  NOT_THE_OWNER: "nobody but the account's owner, signed in",
  REQUEST_NOT_PENDING: 'an administrator of the Business Center, by making a new request',
  FROZEN: 'whoever froze it, or a higher authority, by lifting the freeze',
  DENIED_BY_RULE: 'a reviewer of policies, by another rule',
  ATTRIBUTE_INSUFFICIENT: 'whoever stores it, by storing another value, or the caller, by naming something else',
  MISSING_FACT: 'the caller, by naming it',
  UNKNOWN_ACTION: 'a reviewer of policies, by a rule about the action',
  UNKNOWN_RESOURCE: 'whoever stores the resource',
  UNKNOWN_SUBJECT: 'whoever stores the subject, or the caller, by naming another',
};

/** Who could bring about what no reason code asks for: a fact that some rule wants otherwise. */
export const WHO_ELSE = {
  user: 'a user who signs in, in place of who asks now',
  account: 'another TikTok account that signs in, in place of who asks now',
  dismisses: 'an administrator of the Business Center, by ending the membership',
  links: "the account's owner and the user, by an account link with these scopes",
  unlinks: "the account's owner or the user, by ending the account link",
} as const;
