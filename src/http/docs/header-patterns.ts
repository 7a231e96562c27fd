import { MOST_REVISIONS } from '../authzen/answer.ts';

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

/** `X-Request-ID`: empty, or at most 128 characters, as they are or encoded. */
export const REQUEST_ID = `^(?:[ -~]{0,128}|(?:${INNER}){0,128})$`;

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const ONE_REVISION = `[0-9a-f]{1,16}[.][0-9]{1,10}[.][0-9]{1,19}(?:[.]${UUID})?`;

/** `X-Sparkgate-Revision` of an answer. */
export const REVISION = `^${ONE_REVISION}$`;

/** `X-Sparkgate-Revision` of a request: several, separated by commas. */
export const REVISIONS = `^${ONE_REVISION}(?: *, *${ONE_REVISION}){0,${MOST_REVISIONS - 1}}$`;

const MATCH = `(?:(?:W/)?"[!#-~]*"|${ONE_REVISION})`;

/** `If-Match`: entity tags and revisions, separated by commas; any of them may be left out but the first. */
export const IF_MATCH = `^(?:[*]|${MATCH}(?: *,(?: *${MATCH})?)*)$`;

/** `Idempotency-Key`. */
export const IDEMPOTENCY_KEY = '^[!-~](?:[ -~]{0,126}[!-~])?$';
