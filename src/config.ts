import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';

/** A setting that is malformed: the message names the variable and says what it takes. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const count = (fallback: number) => whole(1, 1_000_000_000, fallback);
const bytes = (fallback: number) => whole(1, 1_000_000_000_000, fallback);
const seconds = (fallback: number) => whole(1, 86_400, fallback);

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
/** Addresses that say "all of this machine's" (RFC 1122, 3.2.1.3; RFC 4291, 2.5.2), as a URL spells them. */
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '[::]', '[::ffff:0:0]']);

const AN_ORIGIN = 'takes an origin, such as https://sparkgate.example';

/** Plain http only where it never leaves the machine. */
const issuerUrl = z
  .url({ protocol: /^https?$/, error: 'takes an https URL', abort: true })
  .refine((url) => URL.canParse(url) && new URL(url).search === '' && new URL(url).hash === '', 'takes no query')
  .refine((url) => url.startsWith('https:') || isLoopback(new URL(url).hostname), 'takes https, or http on loopback')
  .optional();
const token = z
  .string()
  .max(1024)
  .regex(/^[\x20-\x7e]+$/, 'takes printable ASCII')
  .optional();

const HOSTS =
  'takes names of hosts or their addresses, separated by commas and without ports, such as sparkgate.internal,10.0.0.7';
const hosts = z.string().transform((text, context) =>
  text.split(',').map((item) => {
    const host = item.trim();
    const url = `http://${host}`;
    const known = /^(?:\[[\da-f:.]+\]|[^\s@/?#\\:[\]*]+)$/i.test(host) && URL.canParse(url);
    if (!known) context.addIssue({ code: 'custom', message: HOSTS });
    return known ? new URL(url).hostname.replace(/\.$/, '') : '';
  }),
);

const databaseUrl = z
  .url({ protocol: /^postgres(?:ql)?$/, error: 'takes postgresql://user@host/database', abort: true })
  .refine((url) => new URL(url).pathname.length > 1, 'names no database: postgresql://user@host/database')
  .refine(isDecodable, 'holds a % that is no escape: write %25')
  .optional();

const Environment = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: whole(0, 65_535, 8080),
  DATABASE_URL: databaseUrl,
  DATABASE_REPLICA_URL: databaseUrl,
  CERBOS_TARGET: z
    .string()
    .regex(/^(?:unix:\/.+|[^\s:/]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5})$/, 'takes host:port or unix:/path')
    .optional(),
  POLICY_DIR: z.string().min(1).default('policies'),
  POLICY_TESTS_DIR: z.string().min(1).optional(),
  DATA_DIR: z.string().min(1).default('.data'),
  DECISION_LOG: z.string().min(1).optional(),
  DEMO: z.enum(['on', 'off'], 'takes on or off').optional(),
  BOOTSTRAP_API_KEY: z
    .string()
    .min(32, 'takes at least 32 characters')
    .max(256)
    .regex(/^[\x21-\x7e]+$/, 'takes printable ASCII without spaces')
    .optional(),
  SPARKGATE_API_KEY: z.string().min(1).optional(),
  SECRET_KEY: z.string().min(32, 'takes at least 32 characters').optional(),
  SECRET_KEY_PREVIOUS: z.string().min(32, 'takes at least 32 characters').optional(),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: AN_ORIGIN, abort: true })
    .refine((url) => new URL(url).origin === url.replace(/\/$/, ''), AN_ORIGIN)
    .refine((url) => !EVERYWHERE.has(new URL(url).hostname), 'names no one address that a phone could open')
    .optional(),
  OIDC_ISSUER: issuerUrl,
  OIDC_CLIENT_ID: token,
  OIDC_CLIENT_SECRET: token,
  OIDC_AUDIENCE: token,
  TIKTOK_OIDC_ISSUER: issuerUrl,
  TIKTOK_OIDC_CLIENT_ID: token,
  TIKTOK_OIDC_CLIENT_SECRET: token,
  TIKTOK_OIDC_AUDIENCE: token,
  LOG_LEVEL: z.enum(LOG_LEVELS, `takes one of ${LOG_LEVELS.join(', ')}`).default('info'),
  REQUEST_EXPIRES_IN: whole(60, 604_800, 86_400),
  PENDING_REQUESTS_PER_BUSINESS_CENTER: count(100),
  CONSENT_RATE_PER_ADDRESS: count(600),
  CONSENT_RATE_PER_API_KEY: count(6000),
  CONSENT_RATE_PER_ACCOUNT: count(120),
  CONSENT_RATE_PER_BUSINESS_CENTER: count(600),
  ALLOWED_HOSTS: hosts.default([]),
  TRUSTED_PROXIES: whole(0, 10, 0),
  BUSINESS_CENTERS_PER_ACCOUNT: count(800),
  ACCOUNTS_PER_BUSINESS_CENTER: count(800),
  MEMBERS_PER_BUSINESS_CENTER: count(4000),
  ADMINS_PER_BUSINESS_CENTER: count(20),
  BODY_LIMIT_BYTES: bytes(262_144),
  IMPORT_LIMIT_BYTES: bytes(8_589_934_592),
  EVALUATIONS_PER_REQUEST: whole(1, 10_000, 1000),
  STALENESS_LIMIT: seconds(5),
  CLOCK_TIME_ZONE: z
    .string()
    .refine(isTimeZone, 'takes a time zone of the IANA database, such as Asia/Shanghai')
    .default('UTC'),
  REQUEST_TIMEOUT: seconds(30),
  CERBOS_TIMEOUT: seconds(5),
  DRAIN_DELAY: whole(0, 3600, 0),
  DRAIN_TIMEOUT: seconds(20),
  KEEP_ALIVE_TIMEOUT: seconds(75),
  SIGN_IN_IDLE_TIMEOUT: whole(60, 2_592_000, 7200),
  SIGN_IN_LASTS: whole(60, 2_592_000, 43_200),
  // As many as this process may keep busy: by its affinity, and by the quota of its container.
  WORKERS: z.preprocess((text) => (text === 'auto' ? String(availableParallelism()) : text), whole(1, 1024, 1)),
});

/** The names of all settings. */
export const SETTINGS: readonly string[] = Object.keys(Environment.shape);

/** All settings. Sizes in bytes, times in seconds. */
export type Config = ReturnType<typeof readConfig>;

/** Reads the settings from the environment. An empty variable counts as absent. @throws ConfigError */
export function readConfig(environment: NodeJS.ProcessEnv = process.env) {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(present);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(complaint).join('\n'));
  const env = parsed.data;
  if (env.SECRET_KEY_PREVIOUS !== undefined && env.SECRET_KEY === undefined) {
    throw new ConfigError('SECRET_KEY_PREVIOUS is set without SECRET_KEY.');
  }
  if (env.DATABASE_REPLICA_URL !== undefined && env.DATABASE_URL === undefined) {
    throw new ConfigError('DATABASE_REPLICA_URL is set without DATABASE_URL.');
  }
  return {
    host: env.HOST,
    port: env.PORT,
    /** HOST or PORT say where; port 0 does not. */
    saysWhere: (present['HOST'] !== undefined || present['PORT'] !== undefined) && env.PORT !== 0,
    databaseUrl: env.DATABASE_URL ?? null,
    /** A standby of that database, for what need not be asked of it. */
    databaseReplicaUrl: env.DATABASE_REPLICA_URL ?? null,
    cerbosTarget: env.CERBOS_TARGET ?? null,
    policyDir: resolve(env.POLICY_DIR),
    /** Where policy tests and invariants are, if not in `policy-tests` beside the policies. */
    policyTestsDir: env.POLICY_TESTS_DIR === undefined ? null : resolve(env.POLICY_TESTS_DIR),
    dataDir: resolve(env.DATA_DIR),
    /** The file to which every decision is appended; null = none. */
    decisionLog: env.DECISION_LOG === undefined ? null : resolve(env.DECISION_LOG),
    demo: env.DEMO ?? null,
    bootstrapApiKey: env.BOOTSTRAP_API_KEY ?? null,
    /** The key that the command line calls the service with. */
    apiKey: env.SPARKGATE_API_KEY ?? null,
    secretKey: env.SECRET_KEY ?? null,
    /** Still good for what it signed and sealed. */
    previousSecretKey: env.SECRET_KEY_PREVIOUS ?? null,
    publicUrl: env.PUBLIC_URL?.replace(/\/$/, '') ?? null,
    issuers: issuersOf(env),
    logLevel: env.LOG_LEVEL,
    /** npm sets this for whatever it runs. */
    startedByNpm: present['npm_command'] !== undefined,
    requestExpiresIn: env.REQUEST_EXPIRES_IN,
    pendingRequestsPerBusinessCenter: env.PENDING_REQUESTS_PER_BUSINESS_CENTER,
    /** How often a minute consents may be looked at or answered, and access be asked for. */
    consentRates: {
      address: env.CONSENT_RATE_PER_ADDRESS,
      api_key: env.CONSENT_RATE_PER_API_KEY,
      account: env.CONSENT_RATE_PER_ACCOUNT,
      business_center: env.CONSENT_RATE_PER_BUSINESS_CENTER,
    },
    allowedHosts: env.ALLOWED_HOSTS,
    trustedProxies: env.TRUSTED_PROXIES,
    limits: {
      business_centers_per_account: env.BUSINESS_CENTERS_PER_ACCOUNT,
      accounts_per_business_center: env.ACCOUNTS_PER_BUSINESS_CENTER,
      members_per_business_center: env.MEMBERS_PER_BUSINESS_CENTER,
      admins_per_business_center: env.ADMINS_PER_BUSINESS_CENTER,
    },
    bodyLimitBytes: env.BODY_LIMIT_BYTES,
    importLimitBytes: env.IMPORT_LIMIT_BYTES,
    evaluationsPerRequest: env.EVALUATIONS_PER_REQUEST,
    /** How old the facts of a check may be whose caller takes bounded consistency. */
    stalenessLimit: env.STALENESS_LIMIT,
    clockTimeZone: env.CLOCK_TIME_ZONE,
    requestTimeout: env.REQUEST_TIMEOUT,
    /** How long one call of the policy decision point may take. */
    cerbosTimeout: env.CERBOS_TIMEOUT,
    /** How long calls are still taken once `/readyz` says that the end is near. */
    drainDelay: env.DRAIN_DELAY,
    drainTimeout: env.DRAIN_TIMEOUT,
    /** How long a connection is kept while nothing is asked on it. */
    keepAliveTimeout: env.KEEP_ALIVE_TIMEOUT,
    signInIdleTimeout: env.SIGN_IN_IDLE_TIMEOUT,
    signInLasts: env.SIGN_IN_LASTS,
    /** How many processes answer. */
    workers: env.WORKERS,
  };
}

/** The address at HOST and a port, as a URL. */
export function listeningAddress({ host, port }: { host: string; port: number }): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whether whoever runs this wants to see where an error came from, though other settings may be malformed. */
export function wantsStacks({ LOG_LEVEL: level }: NodeJS.ProcessEnv = process.env): boolean {
  return level === 'debug' || level === 'trace';
}

/** Who vouches for TikTok for Business users, and who for the owners of TikTok accounts. @throws ConfigError */
function issuersOf(env: z.output<typeof Environment>) {
  const user = issuerOf('user', {
    OIDC_ISSUER: env.OIDC_ISSUER,
    OIDC_CLIENT_ID: env.OIDC_CLIENT_ID,
    OIDC_CLIENT_SECRET: env.OIDC_CLIENT_SECRET,
    OIDC_AUDIENCE: env.OIDC_AUDIENCE,
  });
  const owner = issuerOf('tiktok_account', {
    TIKTOK_OIDC_ISSUER: env.TIKTOK_OIDC_ISSUER,
    TIKTOK_OIDC_CLIENT_ID: env.TIKTOK_OIDC_CLIENT_ID,
    TIKTOK_OIDC_CLIENT_SECRET: env.TIKTOK_OIDC_CLIENT_SECRET,
    TIKTOK_OIDC_AUDIENCE: env.TIKTOK_OIDC_AUDIENCE,
  });
  const one = user && owner && sameIssuer(user.issuer, owner.issuer) ? { user, owner } : null;
  if (one && one.user.audience !== null && one.user.audience === one.owner.audience) {
    throw new ConfigError(
      'TIKTOK_OIDC_AUDIENCE is OIDC_AUDIENCE of the same issuer: nobody could tell whose a token is.',
    );
  }
  for (const [audience, clientId, names] of [
    [user?.audience, user?.clientId, 'OIDC_AUDIENCE is OIDC_CLIENT_ID'],
    [owner?.audience, owner?.clientId, 'TIKTOK_OIDC_AUDIENCE is TIKTOK_OIDC_CLIENT_ID'],
    [one?.user.audience, one?.owner.clientId, 'OIDC_AUDIENCE is TIKTOK_OIDC_CLIENT_ID of the same issuer'],
    [one?.owner.audience, one?.user.clientId, 'TIKTOK_OIDC_AUDIENCE is OIDC_CLIENT_ID of the same issuer'],
  ] as const) {
    if (audience == null || audience !== clientId) continue;
    throw new ConfigError(`${names}: an ID token would be taken for an access token.`);
  }
  return { user, tiktok_account: owner };
}

/** One issuer from its variables: URL, client id, client secret and audience, in this order. */
function issuerOf<Type extends string>(type: Type, variables: Record<string, string | undefined>) {
  const [url = '', id = ''] = Object.keys(variables);
  const [issuer, clientId, clientSecret, audience] = Object.values(variables);
  if (issuer === undefined) {
    const alone = Object.keys(variables).find((name) => variables[name] !== undefined);
    if (alone !== undefined) throw new ConfigError(`${alone} is set without ${url}.`);
    return null;
  }
  if (clientId === undefined) throw new ConfigError(`${url} is set without ${id}.`);
  return { type, issuer, clientId, clientSecret: clientSecret ?? null, audience: audience ?? null };
}

/** The driver decodes the parts of a URL, and fails on what it cannot decode. */
function isDecodable(url: string): boolean {
  const { username, password, hostname, pathname } = new URL(url);
  try {
    for (const part of [username, password, hostname, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** Two spellings that differ in the last slash, or in what no URL tells apart, name one issuer. */
function sameIssuer(one: string, other: string): boolean {
  const [first, second] = [one, other].map((issuer) => new URL(issuer).href.replace(/\/$/, ''));
  return first === second;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Refuses to serve where nobody could say by what address: that of HOST is in QR codes unless PUBLIC_URL is set.
 * @throws ConfigError
 */
export function requireReachable({ host, publicUrl }: Pick<Config, 'host' | 'publicUrl'>): void {
  if (publicUrl !== null) return;
  const url = `http://${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}`;
  if (URL.canParse(url) && !EVERYWHERE.has(new URL(url).hostname)) return;
  throw new ConfigError(
    `PUBLIC_URL is missing: HOST ${host} would stand in QR codes, and no phone can open it. Set the origin at which people reach this service.`,
  );
}

/** A number in a setting. What stands for an absent one is read like any other, so it cannot lie outside its range. */
function whole(least: number, most: number, fallback: number) {
  const wanted = `takes a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error: wanted, abort: true })
    .transform(Number)
    .refine((number) => number >= least && number <= most, wanted)
    .prefault(String(fallback));
}

function complaint(issue: z.core.$ZodIssue): string {
  const name = String(issue.path[0]);
  return `${name} is not valid: ${issue.message}. See docs/configure.md.`;
}

function isTimeZone(name: string): boolean {
  try {
    // An offset is none: it knows no summer.
    return (
      !/^[+-]/.test(name) && new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== ''
    );
  } catch {
    return false;
  }
}
