import { SparkgateError } from './errors.ts';

/** SQLSTATE classes and codes, and socket errors, that say: not now. Anything else is a fault of ours. */
const AWAY = /^(?:08...|53...|55P03|57P0.|57014|58...|40001|40P01|25P0[34])$/;
const SOCKET = /^(?:ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;
const POOL =
  /timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error|Cannot use a pool after|driver has already been destroyed/i;

const LIMITS = new Set([
  'members_per_business_center',
  'admins_per_business_center',
  'accounts_per_business_center',
  'business_centers_per_account',
]);

interface PgError {
  code?: string;
  constraint?: string;
  message?: string;
}

/** What a failed statement means to a caller. Errors that are already ours pass unchanged. */
export function databaseError(error: unknown): unknown {
  if (error instanceof SparkgateError) return error;
  const known = pgError(error);
  if (!known) return error;
  if (known.code === '23514' && LIMITS.has(known.constraint ?? '')) {
    return new SparkgateError('limit_reached', `Limit reached: ${known.message ?? ''}.`, { cause: error });
  }
  if (known.code === '23505' || known.code === '23514' || known.code === '23503') {
    return new SparkgateError('conflict', 'This does not fit what is stored by now. Read it again.', { cause: error });
  }
  return away(known)
    ? new SparkgateError('unavailable', 'The database does not answer. Try again.', { cause: error })
    : error;
}

function away({ code, message }: PgError): boolean {
  return AWAY.test(code ?? '') || SOCKET.test(code ?? '') || POOL.test(message ?? '');
}

/** The driver's error, wherever the ORM wrapped it. */
function pgError(error: unknown): PgError | null {
  for (let it = error, depth = 0; it instanceof Error && depth < 5; it = it.cause, depth += 1) {
    const candidate: PgError = it;
    if (typeof candidate.code === 'string' || POOL.test(it.message)) return candidate;
  }
  return null;
}
