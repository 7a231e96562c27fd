import { SparkgateError, type Sentence } from './errors.ts';

/** What SQLSTATEs (or what they begin with) and codes of sockets say to a caller: not now. Anything else is a fault of ours. */
const NOT_NOW: readonly { codes: RegExp; says: Sentence }[] = [
  {
    // Read-only transactions: a standby after a failover, a server whose disk is full, default_transaction_read_only.
    codes: /^25006$/,
    says: (say) => say.details.databaseReadOnly,
  },
  {
    // A role, password or permission that was taken away while the service runs: whoever runs it must give it back.
    codes: /^(?:28|42501$)/,
    says: (say) => say.details.databaseRefuses,
  },
  {
    // Another database than the one that was there at the start, such as one that is being restored.
    codes: /^(?:3D000|3F000|42P01|42883)$/,
    says: (say) => say.details.databaseLacks,
  },
  {
    // Connections, resources, states of servers, intervention by an operator, the machine; and races that another try may win.
    codes: /^(?:08|53|55|57|58|72|25P0[34]$|40001$|40003$|40P01$)/,
    says: (say) => say.details.databaseAway,
  },
  {
    codes: /^(?:ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/,
    says: (say) => say.details.databaseAway,
  },
];
const POOL =
  /timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error|Cannot use a pool after|driver has already been destroyed/i;

const LIMITS = new Set([
  'members_per_business_center',
  'admins_per_business_center',
  'accounts_per_business_center',
  'business_centers_per_account',
]);

/**
 * Whether a statement failed since another write came first, or since its session was ended before it could commit: the
 * transaction is rolled back, and may be made anew.
 */
export function isRace(error: unknown): boolean {
  const known = pgError(error);
  if (!known) return false;
  return /^(?:40001|40P01|25P0[34]|23505)$/.test(known.code ?? '');
}

/** Whether a statement failed since what it adds is there already. */
export function isTaken(error: unknown): boolean {
  return pgError(error)?.code === '23505';
}

/** Whether a statement waited for what another transaction holds for as long as it may at once. */
export function isWaiting(error: unknown): boolean {
  return pgError(error)?.code === '55P03';
}

/** Whether the database answered that a commit did not happen. What was cancelled may have been so right after it. */
export function isRefusal(error: unknown): boolean {
  const known = pgError(error);
  return known?.severity === 'ERROR' && !/^(?:57|53200$)/.test(known.code ?? '');
}

interface PgError {
  code?: string;
  severity?: string;
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
    return new SparkgateError('conflict', (say) => say.details.movedOn, { cause: error });
  }
  const says = notNow(known);
  return says === null ? error : new SparkgateError('unavailable', says, { cause: error });
}

function notNow({ code = '', message = '' }: PgError): Sentence | null {
  const known = NOT_NOW.find(({ codes }) => codes.test(code));
  if (known) return known.says;
  return POOL.test(message) ? (say) => say.details.databaseAway : null;
}

/** The driver's error, wherever the ORM wrapped it. */
function pgError(error: unknown): PgError | null {
  for (let it = error, depth = 0; it instanceof Error && depth < 5; it = it.cause, depth += 1) {
    const candidate: PgError = it;
    if (typeof candidate.code === 'string' || POOL.test(it.message)) return candidate;
  }
  return null;
}
