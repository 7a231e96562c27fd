/**
 * What headers take, as patterns that every dialect reads alike. Ids are percent-encoded UTF-8 there; a part of a
 * character cannot be told from a whole one by its length, so the sequences of bytes are spelt out. Those blocks are left
 * out that hold white space and characters that nobody sees: what else is in them is taken, too.
 */
const HEX = '[0-9A-F]';
const NEXT = `%[89AB]${HEX}`;
const BEYOND_ASCII = [
  `%(?:C[3-9A-F]|D[0-79A-F])${NEXT}`,
  `%D8%(?:[8AB]${HEX}|9[0-9ABD-F])`,
  `%E0%[AB]${HEX}${NEXT}`,
  `%E1%(?:8${HEX}|9[0-9B-F]|A[1-9A-F]|B${HEX})${NEXT}`,
  `%E2%(?:8[2-9A-F]|[9AB]${HEX})${NEXT}`,
  `%E3%(?:8[1-9A-F]|[9AB]${HEX})${NEXT}`,
  `%E[4-9A-C]${NEXT}${NEXT}`,
  `%ED%[89]${HEX}${NEXT}`,
  `%F0%[9AB]${HEX}${NEXT}${NEXT}`,
].join('|');
const CHARACTER = `[!-$&-~]|%(?:2[1-9A-F]|[3-6]${HEX}|7[0-9A-E])|${BEYOND_ASCII}`;
/** The same without a dot. */
const FIRST = `[!-$&-\\-/-~]|%(?:2[1-9A-DF]|[3-6]${HEX}|7[0-9A-E])|${BEYOND_ASCII}`;
const INNER = `${CHARACTER}| |%20`;

/** `X-Actor`: a person whose id does not begin with a dot. */
export const ACTOR = `^(?:user|tiktok_account):(?:${FIRST})(?:(?:${INNER}){0,126}(?:${CHARACTER}))?$`;

/** `X-Request-ID`: empty, or at most 128 characters. */
export const REQUEST_ID = `^(?:${INNER}){0,128}$`;

/** `X-Sparkgate-Revision`. */
export const REVISION = '^[0-9]{1,19}$';
