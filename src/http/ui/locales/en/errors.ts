/** Error pages, by error code: what it is, and what to do next. */
export const errors = {
  back: 'Open the page again',
  home: 'Go to the start page',
  signIn: 'Sign in',
  requestId: 'Request',
  reasons: 'What is missing',
  invalid_request: {
    title: 'This request is not valid',
    next: 'Open the page again, look at what you enter, and send it.',
  },
  unauthenticated: {
    title: 'You are not signed in',
    next: 'Your sign-in has ended, or there was none. Sign in, then do it again. Nothing was changed.',
  },
  forbidden: {
    title: 'You may not do this',
    next: 'Nothing was changed. If you need it, ask an administrator of the Business Center.',
  },
  staleForm: {
    title: 'This page is from another sign-in',
    next: 'You are signed in as someone else than when this page was opened, or signed in anew. Nothing was changed. Open the page again.',
  },
  foreignForm: {
    title: 'This did not come from a page of this service',
    next: 'Another site may have sent it, or your browser did not say where it comes from. Nothing was changed. Open the page here and do it again.',
  },
  misdirected_request: {
    title: 'This service is not reached by this name',
    next: 'Nothing was done. Open the page at the address below. The operator of this service can allow this name with the setting ALLOWED_HOSTS.',
    open: 'Open the page there',
  },
  not_found: {
    title: 'There is nothing here',
    next: 'It does not exist, or it is not yours to see. Check the address, or start again from the start page.',
  },
  method_not_allowed: {
    title: 'This page is not opened that way',
    next: 'Nothing was changed. Open the page again, and use what stands on it.',
  },
  consent_not_available: {
    title: 'This link does not work',
    next: 'Ask the sender for a new QR code.',
  },
  conflict: {
    title: 'Somebody was faster',
    next: 'What you saw had changed in the meantime. Open the page again, and look before you go on.',
  },
  ownerLimit: {
    title: 'No further authorization fits',
    next: 'Either the Business Center holds as many TikTok accounts as it may, or your account has authorized as many Business Centers as it may. Nothing was changed. Tell the person who sent you the QR code; if you no longer need an authorization, you can revoke it under “Who can use my account”.',
  },
  limit_reached: {
    title: 'A limit is reached',
    next: 'Make room first, for example by cancelling requests that are no longer needed. Then try again.',
  },
  rate_limited: {
    title: 'Too many requests',
    next: 'Wait a little, then try again. Nothing was changed.',
  },
  precondition_failed: {
    title: 'Changed since',
    next: 'Somebody changed this after you looked at it. Open the page anew.',
  },
  revision_not_reached: {
    title: 'Not up to date yet',
    next: 'The service has not caught up with that change. Try again in a moment.',
  },
  unsupported_media_type: {
    title: 'This cannot be read here',
    next: 'Go back, open the page again, and send its form.',
  },
  unprocessable: {
    title: 'This cannot be done',
    next: 'What you entered does not fit what is stored, or the time. Open the page again and look at it.',
  },
  headers_too_large: {
    title: 'That address is too long',
    next: 'Go back and open the page from a link of this service.',
  },
  request_timeout: {
    title: 'That took too long to arrive',
    next: 'Check your connection and send it again.',
  },
  payload_too_large: {
    title: 'That was too much',
    next: 'The form holds more than this page takes. Shorten it and send it again.',
  },
  timeout: {
    title: 'This took too long',
    next: 'Try again in a moment. Look first whether the change was made.',
  },
  outcome_unknown: {
    title: 'It is not known whether this took effect',
    next: 'The database did not answer. Look whether the change was made before you try again.',
  },
  unavailable: {
    title: 'Not available at the moment',
    next: 'A part of the service does not answer. Nothing is allowed until it does. Try again in a moment.',
  },
  internal: {
    title: 'A fault of this service',
    next: 'It was logged under the number below. Try again. If the error persists, give the number to the operator of this service.',
  },
};
