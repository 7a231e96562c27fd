import { resolve } from 'node:path';
import { z } from 'zod';

/** A setting that is malformed: the message names the variable and says what it takes. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const port = whole(0, 65_535);
const count = whole(1, 1_000_000_000);
const seconds = whole(1, 86_400);

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const AN_ORIGIN = 'takes an origin, such as https://sparkgate.example';

const Environment = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(8080),
  DATABASE_URL: z
    .url({ protocol: /^postgres(?:ql)?$/, error: 'takes postgresql://user@host/database', abort: true })
    .refine((url) => new URL(url).pathname.length > 1, 'names no database: postgresql://user@host/database')
    .optional(),
  CERBOS_TARGET: z
    .string()
    .regex(/^(?:unix:\/.+|[^\s:/]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5})$/, 'takes host:port or unix:/path')
    .optional(),
  POLICY_DIR: z.string().min(1).default('policies'),
  DATA_DIR: z.string().min(1).default('.data'),
  DEMO: z.enum(['on', 'off'], 'takes on or off').optional(),
  BOOTSTRAP_API_KEY: z
    .string()
    .min(32, 'takes at least 32 characters')
    .max(256)
    .regex(/^[\x21-\x7e]+$/, 'takes printable ASCII without spaces')
    .optional(),
  SPARKGATE_API_KEY: z.string().min(1).optional(),
  SECRET_KEY: z.string().min(32, 'takes at least 32 characters').optional(),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: AN_ORIGIN, abort: true })
    .refine((url) => new URL(url).origin === url.replace(/\/$/, ''), AN_ORIGIN)
    .optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `takes one of ${LOG_LEVELS.join(', ')}`).default('info'),
  REQUEST_EXPIRES_IN: whole(60, 604_800).default(86_400),
  PENDING_REQUESTS_PER_BUSINESS_CENTER: count.default(100),
  BUSINESS_CENTERS_PER_ACCOUNT: count.default(800),
  ACCOUNTS_PER_BUSINESS_CENTER: count.default(800),
  MEMBERS_PER_BUSINESS_CENTER: count.default(4000),
  ADMINS_PER_BUSINESS_CENTER: count.default(20),
  BODY_LIMIT_BYTES: count.default(262_144),
  IMPORT_LIMIT_BYTES: count.default(1_073_741_824),
  EVALUATIONS_PER_REQUEST: whole(1, 10_000).default(1000),
  REQUEST_TIMEOUT: seconds.default(30),
  DRAIN_TIMEOUT: seconds.default(20),
});

/** Variables of the contract that this version cannot honour: better to stop than to ignore them. */
const NOT_YET = ['DATABASE_REPLICA_URL', 'OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_AUDIENCE'];

/** All settings. Sizes in bytes, times in seconds. */
export type Config = ReturnType<typeof readConfig>;

/** Reads the settings from the environment. An empty variable counts as absent. @throws ConfigError */
export function readConfig(environment: NodeJS.ProcessEnv = process.env) {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const unsupported = NOT_YET.find((name) => present[name] !== undefined);
  if (unsupported) throw new ConfigError(`${unsupported} is not supported by this version: unset it.`);
  const parsed = Environment.safeParse(present);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(complaint).join('\n'));
  const env = parsed.data;
  return {
    host: env.HOST,
    port: env.PORT,
    databaseUrl: env.DATABASE_URL ?? null,
    cerbosTarget: env.CERBOS_TARGET ?? null,
    policyDir: resolve(env.POLICY_DIR),
    dataDir: resolve(env.DATA_DIR),
    demo: env.DEMO ?? null,
    bootstrapApiKey: env.BOOTSTRAP_API_KEY ?? null,
    /** The key that the command line calls the service with. */
    apiKey: env.SPARKGATE_API_KEY ?? null,
    secretKey: env.SECRET_KEY ?? null,
    publicUrl: env.PUBLIC_URL?.replace(/\/$/, '') ?? null,
    logLevel: env.LOG_LEVEL,
    /** npm sets this for whatever it runs. */
    startedByNpm: present['npm_command'] !== undefined,
    requestExpiresIn: env.REQUEST_EXPIRES_IN,
    pendingRequestsPerBusinessCenter: env.PENDING_REQUESTS_PER_BUSINESS_CENTER,
    limits: {
      business_centers_per_account: env.BUSINESS_CENTERS_PER_ACCOUNT,
      accounts_per_business_center: env.ACCOUNTS_PER_BUSINESS_CENTER,
      members_per_business_center: env.MEMBERS_PER_BUSINESS_CENTER,
      admins_per_business_center: env.ADMINS_PER_BUSINESS_CENTER,
    },
    bodyLimitBytes: env.BODY_LIMIT_BYTES,
    importLimitBytes: env.IMPORT_LIMIT_BYTES,
    evaluationsPerRequest: env.EVALUATIONS_PER_REQUEST,
    requestTimeout: env.REQUEST_TIMEOUT,
    drainTimeout: env.DRAIN_TIMEOUT,
  };
}

function whole(least: number, most: number) {
  const wanted = `takes a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, { error: wanted, abort: true })
    .transform(Number)
    .refine((number) => number >= least && number <= most, wanted);
}

function complaint(issue: z.core.$ZodIssue): string {
  const name = String(issue.path[0]);
  return `${name} is not valid: ${issue.message}. See the configuration table in the README.`;
}
