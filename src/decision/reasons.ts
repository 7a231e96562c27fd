import type { Reason, ReasonCode } from '../domain/errors.ts';

/** What each reason code says to people. */
const MESSAGES: Record<ReasonCode, string> = {
  NO_GRANT: 'The Business Center holds no account grant on this TikTok account.',
  GRANT_REVOKED: 'The account grant on this TikTok account was revoked.',
  NOT_A_MEMBER: 'Not a member of the Business Center.',
  NO_ASSIGNMENT: 'The TikTok account is not assigned to this member.',
  SCOPE_NOT_GRANTED: "The account's owner did not grant the scope that this needs.",
  SCOPE_NOT_ASSIGNED: 'The scope that this needs was not assigned to this member.',
  ADVERTISER_ROLE_INSUFFICIENT: 'This needs the role ADMIN or OPERATOR in the ad account.',
  AD_AUTHORIZATION_OFF: 'Ad authorization is switched off.',
  POST_NOT_PUBLIC: 'The post is not public.',
  POST_OF_ANOTHER_ACCOUNT: 'The post belongs to another TikTok account.',
  NOT_AN_ADMIN: 'This needs an administrator of the Business Center.',
  NOT_THE_OWNER: 'Only the signed-in owner of the TikTok account may do this.',
  REQUEST_NOT_PENDING: 'The access request is not pending.',
  MISSING_FACT: 'A fact that this needs is not known, or does not fit.',
  UNKNOWN_ACTION: 'No policy knows this action.',
  UNKNOWN_RESOURCE: 'No such resource is known.',
};

export function reason(code: ReasonCode, detail?: string): Reason {
  return { code, message: detail === undefined ? MESSAGES[code] : `${MESSAGES[code]} ${detail}` };
}

/** Each code once, in the order of the vocabulary above, which goes from the account's owner to the ad. */
export function reasonsOf(codes: Iterable<ReasonCode>): Reason[] {
  const given = new Set(codes);
  return Object.keys(MESSAGES)
    .filter((code): code is ReasonCode => given.has(code as ReasonCode))
    .map((code) => reason(code));
}
