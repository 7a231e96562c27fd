import { en, type Messages } from './messages/en.ts';

/** Everything that can go wrong for a caller, as one closed set of stable codes. `http/problem.ts` maps each to a status. */
export type ErrorCode =
  | 'invalid_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'consent_not_available'
  | 'conflict'
  | 'limit_reached'
  | 'rate_limited'
  | 'revision_not_reached'
  | 'precondition_failed'
  | 'misdirected_request'
  | 'payload_too_large'
  | 'headers_too_large'
  | 'request_timeout'
  | 'unsupported_media_type'
  | 'unprocessable'
  | 'timeout'
  | 'outcome_unknown'
  | 'unavailable'
  | 'internal';

/**
 * Why a check was denied (domain vocabulary; a code is added only together with a rule), in the order in which reasons
 * are told: from the account's owner to the ad.
 */
export const REASON_CODES = [
  'NO_GRANT',
  'GRANT_REVOKED',
  'NOT_A_MEMBER',
  'NO_ASSIGNMENT',
  'SCOPE_NOT_GRANTED',
  'SCOPE_NOT_ASSIGNED',
  'ADVERTISER_ROLE_INSUFFICIENT',
  'AD_AUTHORIZATION_OFF',
  'POST_NOT_PUBLIC',
  'POST_OF_ANOTHER_ACCOUNT',
  'NOT_AN_ADMIN',
  'NOT_THE_OWNER',
  'REQUEST_NOT_PENDING',
  'FROZEN',
  'DENIED_BY_RULE',
  'ATTRIBUTE_INSUFFICIENT',
  'MISSING_FACT',
  'UNKNOWN_ACTION',
  'UNKNOWN_RESOURCE',
  'UNKNOWN_SUBJECT',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** One condition that is missing, in the closed vocabulary of reason codes. */
export interface Reason {
  code: ReasonCode;
  /** The sentence that is true here, where a code has several; the code's own unless said. */
  says?: ReasonSentence;
  /** A fact that is missing or does not fit, as a JSON Pointer into the check. */
  fact?: string;
  /** What a policy's schema says of that fact. */
  refused?: string;
  /** The rule that denies, by its name. */
  rule?: string;
}

/** The sentences of reasons, one a code and some more; their words are in `messages/`. */
export type ReasonSentence = keyof Messages['reasons'];

/** A sentence for people that every language has. */
export type Sentence = (say: Messages) => string;

/** One field that did not validate: a JSON Pointer (RFC 6901) or a parameter's name, and what is wrong with it. */
export interface FieldError {
  pointer: string;
  message: string;
}

interface Details {
  reasons?: readonly Reason[];
  errors?: readonly FieldError[];
  /** Seconds after which another try may succeed. */
  retryAfter?: number;
  cause?: unknown;
}

/** An error that a caller may see: `message` is a sentence for people, without internals. */
export class SparkgateError extends Error {
  readonly code: ErrorCode;
  readonly reasons: readonly Reason[] | undefined;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfter: number | undefined;
  /** The message as a sentence that every language has; undefined where it holds more than is known here. */
  readonly sentence: Sentence | undefined;

  constructor(code: ErrorCode, message: string | Sentence, details: Details = {}) {
    super(typeof message === 'string' ? message : message(en), { cause: details.cause });
    this.name = 'SparkgateError';
    this.code = code;
    this.sentence = typeof message === 'string' ? undefined : message;
    this.reasons = details.reasons;
    this.errors = details.errors;
    this.retryAfter = details.retryAfter;
  }
}
