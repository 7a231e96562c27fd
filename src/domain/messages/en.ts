/**
 * What this service says to programs, in English. Pages speak to the person who reads them and have words of their own
 * (`http/ui/locales`). In the reasons of one denial "the Business Center" is one and the same: the one through which
 * the least is missing.
 */
export const en = {
  reasons: {
    NO_GRANT: 'No Business Center in question holds an account grant on this TikTok account.',
    GRANT_REVOKED: "The Business Center's account grant on this TikTok account was revoked.",
    NOT_A_MEMBER: 'The subject is not a member of the Business Center.',
    ASSIGNEE_NOT_A_MEMBER: 'The user whom the action names is not a member of the Business Center.',
    NO_ASSIGNMENT: 'The Business Center has not assigned this TikTok account to the subject.',
    SCOPE_NOT_GRANTED: 'The owner of the TikTok account has not granted the Business Center a required scope.',
    SCOPE_NOT_ASSIGNED: 'The Business Center has not assigned the subject a required scope.',
    ADVERTISER_ROLE_INSUFFICIENT: 'The subject does not have a sufficient role in the ad account.',
    AD_AUTHORIZATION_OFF: 'Ad authorization of the TikTok account is switched off.',
    POST_AD_AUTHORIZATION_OFF: 'Ad authorization of the post is switched off.',
    POST_NOT_PUBLIC: 'The post is not public.',
    POST_OF_ANOTHER_ACCOUNT: 'The post belongs to another TikTok account.',
    NOT_AN_ADMIN: 'The subject is not an administrator of the Business Center.',
    REQUESTER_NOT_AN_ADMIN: 'The user who made the access request is not an administrator of the Business Center.',
    NOT_THE_OWNER: 'The subject is not the owner of the TikTok account, signed in.',
    REQUEST_OF_ANOTHER: 'The subject is not a signed-in TikTok account that the access request is meant for.',
    REQUEST_NOT_PENDING: 'The access request is not pending.',
    MISSING_FACT: 'A required fact was neither sent nor stored.',
    NO_SCOPE_NAMED: 'At least one scope must be named.',
    UNFIT_FACT: 'A fact does not fit the schema of the policies.',
    UNKNOWN_ACTION: 'No policy knows this action for this type of resource.',
    UNKNOWN_RESOURCE: 'No such resource is known to this caller.',
    UNKNOWN_SUBJECT: 'No such subject is known to this caller.',
    UNKNOWN_SUBJECT_TYPE: 'No policy knows this type of subject.',
    UNSEEN: 'There is no such thing, or it is not yours to see.',
  },
  obligations: {
    PAUSE_RECOMMENDED: 'The account grant was revoked: pause Spark Ads that are running with this TikTok account.',
  },
  /** The title of a problem, by its code. */
  titles: {
    invalid_request: 'The request is not valid',
    unauthenticated: 'Credentials are missing or not valid',
    forbidden: 'Not permitted',
    not_found: 'Not found',
    consent_not_available: 'This consent link does not work',
    conflict: 'Conflicts with the current state',
    limit_reached: 'A limit is reached',
    rate_limited: 'Too many requests',
    revision_not_reached: 'That revision is not reached',
    misdirected_request: 'This host is not known here',
    payload_too_large: 'The body is too large',
    unsupported_media_type: 'This media type is not supported',
    timeout: 'The request took too long',
    unavailable: 'Not available for the moment',
    internal: 'A fault of this service',
  },
  /** Details of problems that hold nothing but what is known here; others are told in English. */
  details: {
    noRule: 'No rule of the policies allows this.',
    keyMayNot: (action: string) => `This API key may not be used for this (${action}).`,
    personMayNot: (action: string) => `This takes an API key that permits it (${action}).`,
    noCredentials: 'Send an API key: Authorization: Bearer <key>.',
    badCredentials: 'This API key or token is not valid, or is revoked or expired.',
    whoActs: 'Say who acts: X-Actor: user:<id> or tiktok_account:<id>.',
    tooMany: (seconds: number) => `Too many requests. Try again in ${seconds} s.`,
    revisionAhead: (at: string, asked: string) =>
      `The relationships are at revision ${at}, and revision ${asked} was asked for.`,
    nothingHere: 'There is nothing at this address.',
    linkGone: 'This link does not work, or no longer works. Ask the sender for a new QR code.',
    qrGone: (status: string) => `This access request is ${status}: its QR code is gone.`,
    qrOfOtherKey:
      'This request was made under another secret key, so its QR code cannot be drawn again. Cancel it and ask anew.',
    requestClosed: 'This access request is no longer pending.',
    requestsFull: (most: number) =>
      `This Business Center has ${most} pending access requests. Cancel one, or wait until one expires.`,
    grantRevoked: 'The account grant has just been revoked.',
    movedOn: 'This does not fit what is stored by now. Read it again.',
    databaseAway: 'The database does not answer. Try again.',
    databaseReadOnly: 'The database takes no writes for the moment. Try again later.',
    databaseRefuses: 'The database does not let this service do what it has to. Try again later.',
    databaseLacks: 'The database does not hold what this service needs. Try again later.',
    policiesAway: 'The policy decision point does not answer. Try again.',
    policiesChanged: 'The policies have just changed. Try again.',
    signInAway: 'The sign-in service does not answer for the moment. Try again.',
    tooLong: 'The request took too long. Try again.',
    tooLarge: 'The body is larger than this takes.',
    ownFault: 'This is a fault of the service. It was logged under the request id.',
  },
};

/** What every language says. A missing sentence does not compile. */
export type Messages = typeof en;
