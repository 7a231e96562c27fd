/** Everything that can go wrong for a caller, as one closed set of stable codes. `http/problem.ts` maps each to a status. */
export type ErrorCode =
  | 'invalid_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'consent_not_available'
  | 'conflict'
  | 'limit_reached'
  | 'rate_limited'
  | 'revision_not_reached'
  | 'misdirected_request'
  | 'payload_too_large'
  | 'timeout'
  | 'unavailable'
  | 'internal';

/** One condition that is missing, in the closed vocabulary of reason codes. */
export interface Reason {
  code: ReasonCode;
  message: string;
}

/** Why a check was denied (domain vocabulary; a code is added only together with a rule). */
export type ReasonCode =
  | 'NO_GRANT'
  | 'GRANT_REVOKED'
  | 'NOT_A_MEMBER'
  | 'NO_ASSIGNMENT'
  | 'SCOPE_NOT_GRANTED'
  | 'SCOPE_NOT_ASSIGNED'
  | 'ADVERTISER_ROLE_INSUFFICIENT'
  | 'AD_AUTHORIZATION_OFF'
  | 'POST_NOT_PUBLIC'
  | 'POST_OF_ANOTHER_ACCOUNT'
  | 'NOT_AN_ADMIN'
  | 'NOT_THE_OWNER'
  | 'REQUEST_NOT_PENDING'
  | 'MISSING_FACT'
  | 'UNKNOWN_ACTION'
  | 'UNKNOWN_RESOURCE';

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

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.name = 'SparkgateError';
    this.code = code;
    this.reasons = details.reasons;
    this.errors = details.errors;
    this.retryAfter = details.retryAfter;
  }
}
