import type { DatabaseAddress } from '../store/open.ts';
import { askDatabase, type DatabaseReport } from './database-report.ts';
import { innermost, type Finding } from './finding.ts';

/** The oldest PostgreSQL that is taken, as it numbers its versions. */
const OLDEST = 150_000;

/** Clocks may differ by so much, in milliseconds, before it is said; and before nothing that expires can be relied on. */
const CLOCK_WARNING_MS = 5000;
const CLOCK_PROBLEM_MS = 300_000;

/** Probes the database at an address; a database that does not answer is the one problem. */
export async function probeDatabase(address: DatabaseAddress): Promise<Finding[]> {
  const subject = subjectOf(address);
  try {
    return databaseFindings(subject, await askDatabase(address));
  } catch (error) {
    return [cannotBeUsed(subject, error)];
  }
}

/** What people know a database by. */
export function subjectOf(address: DatabaseAddress): string {
  return `The ${'url' in address ? 'database (DATABASE_URL)' : 'embedded database'}`;
}

/** What is to be said of a database that reports this: all of its problems and warnings, or that all is well. */
export function databaseFindings(subject: string, report: DatabaseReport): Finding[] {
  const wrong = RULES.flatMap(({ level, says }) => {
    const why = says(report);
    return why === null ? [] : [{ level, says: `${subject} ${level === 'problem' ? `cannot be used: ${why}` : why}` }];
  });
  if (wrong.length > 0) return wrong;
  const { version, encoding, role } = report;
  return [{ level: 'well', says: `${subject} is PostgreSQL ${version} with ${encoding}, used as ${role}.` }];
}

/** The problem of a database that refuses or does not answer, with what to do where that is known. */
export function cannotBeUsed(subject: string, error: unknown): Finding {
  const message = innermost(error);
  const code = codeOf(error);
  const advice = ADVICE.find(([pattern]) => pattern.test(code) || pattern.test(message))?.[1];
  const says = `${subject} cannot be used: ${advice === undefined ? message : `${message}; ${advice}`}`;
  return { level: 'problem', says: says.endsWith('.') ? says : `${says}.` };
}

/** The SQLSTATE, or the code of the socket's error, wherever the ORM wrapped it. */
function codeOf(error: unknown): string {
  for (let it = error; it instanceof Error; it = it.cause) {
    if ('code' in it && typeof it.code === 'string') return it.code;
  }
  return '';
}

interface Rule {
  level: 'warning' | 'problem';
  /** What is wrong and what to do, to follow the subject; null = nothing. */
  says: (report: DatabaseReport) => string | null;
}

const RULES: readonly Rule[] = [
  {
    level: 'problem',
    says: ({ versionNumber, version }) =>
      versionNumber < OLDEST ? `it is PostgreSQL ${version}, and 15 is the oldest that is taken; upgrade it.` : null,
  },
  {
    level: 'problem',
    says: ({ encoding, database }) =>
      encoding === 'UTF8'
        ? null
        : `its encoding is ${encoding}, and names come in every script; make one with UTF8 ` +
          `(create database ${database} encoding 'UTF8' template template0).`,
  },
  {
    level: 'problem',
    says: ({ standby }) =>
      standby ? 'it is a standby, which takes no writes and may lag behind; name the primary.' : null,
  },
  {
    level: 'problem',
    says: ({ readOnly, standby, database, role }) =>
      readOnly && !standby
        ? 'it takes no writes, since default_transaction_read_only is on; name one that does, or set that off ' +
          // Wherever it was set on: nothing but the connection itself comes before this.
          `(alter role ${role} in database ${database} set default_transaction_read_only = off).`
        : null,
  },
  {
    level: 'problem',
    says: ({ shared }) =>
      shared
        ? 'a pooler gives its sessions to several clients by turns, so locks and prepared statements are lost; ' +
          'name PostgreSQL itself, or let the pooler keep sessions apart (pool_mode = session).'
        : null,
  },
  {
    level: 'problem',
    says: ({ temporary, database, role }) =>
      temporary
        ? null
        : 'its role may not make the temporary table that an import takes; ' +
          `allow it (grant temporary on database ${database} to ${role}).`,
  },
  {
    level: 'problem',
    says: ({ clockAheadMs }) =>
      Math.abs(clockAheadMs) >= CLOCK_PROBLEM_MS
        ? `${clockSentence(clockAheadMs)}, too much for anything that expires; set both by NTP.`
        : null,
  },
  {
    level: 'warning',
    says: ({ clockAheadMs }) =>
      Math.abs(clockAheadMs) >= CLOCK_WARNING_MS && Math.abs(clockAheadMs) < CLOCK_PROBLEM_MS
        ? `can be used, but ${clockSentence(clockAheadMs)}, by which sign-ins and links expire early or late; set both by NTP.`
        : null,
  },
];

function clockSentence(aheadMs: number): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  return `its clock is ${seconds} seconds ${aheadMs > 0 ? 'ahead of' : 'behind'} that of this machine`;
}

/** By SQLSTATE, by the code of a socket's error, or by a pooler's words. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^(?:ECONNREFUSED|ENOENT|ETIMEDOUT|EHOSTUNREACH)$/, 'start it, or correct DATABASE_URL'],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, 'correct the host in DATABASE_URL'],
  [/timeout expired|connection timeout/i, 'see whether a firewall stands between, or correct DATABASE_URL'],
  [/^28/, 'correct user and password in DATABASE_URL, or what pg_hba.conf lets in'],
  [/^3D000$/, 'make it (createdb), or correct DATABASE_URL'],
  [/^53300$/, 'raise max_connections, or end other clients'],
  [/^57P03$/, 'wait until it has started'],
  [/^42501$/, 'grant it, or migrate as a role that has it'],
  [
    /unsupported startup parameter/,
    'let the pooler pass it over (ignore_startup_parameters = options, statement_timeout)',
  ],
];
