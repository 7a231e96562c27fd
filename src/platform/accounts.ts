import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { bareEnvironment } from './child-protocol.ts';

const run = promisify(execFile);

/** A server that is embedded, and has a user of its own where root starts it. */
export type Part = 'postgres' | 'cerbos';

/** The user of an embedded server. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** The group of both servers, by which they pass through folders that neither owns. */
  readonly passage: number;
  /** Whether the user has a name, without which PostgreSQL does not start. */
  readonly named: boolean;
}

const GROUP = 'sparkgate';
const USERS: Readonly<Record<Part, string>> = { postgres: 'sparkgate-postgres', cerbos: 'sparkgate-cerbos' };

/**
 * Where none can be made, because `/etc` is read-only or the tools are missing: ids that neither distributions nor
 * systemd give to anybody (systemd, "Users, Groups, UIDs and GIDs": 65520 to 65533).
 */
const NAMELESS = { group: 65_520, postgres: 65_521, cerbos: 65_522 } as const;

const known = new Map<Part, Promise<Account>>();

/** The user of an embedded server, made if missing; null where this process cannot change users and need not. */
export async function accountOf(part: Part): Promise<Account | null> {
  if (!(await mayChangeUsers())) return null;
  const account = known.get(part) ?? findAccount(part);
  known.set(part, account);
  return account;
}

async function findAccount(part: Part): Promise<Account> {
  const passage = await passageGroup();
  const user = (await findUser(USERS[part])) ?? (await makeUser(USERS[part]));
  if (user) return { ...user, passage, named: true };
  return { uid: NAMELESS[part], gid: NAMELESS[part], passage, named: false };
}

async function passageGroup(): Promise<number> {
  const found = await findGroup();
  if (found !== null) return found;
  await run('groupadd', ['--system', GROUP]).catch(() => undefined);
  return (await findGroup()) ?? NAMELESS.group;
}

async function findGroup(): Promise<number | null> {
  const groups = await readFile('/etc/group', 'utf8').catch(() => '');
  const line = groups.split('\n').find((it) => it.startsWith(`${GROUP}:`));
  return line === undefined ? null : Number(line.split(':')[2]);
}

async function makeUser(name: string) {
  const options = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'];
  await run('useradd', [...options, '--shell', '/usr/sbin/nologin', name]).catch(() => undefined);
  return findUser(name);
}

async function findUser(name: string): Promise<{ uid: number; gid: number } | null> {
  const id = async (flag: string) => Number((await run('id', [flag, name], { env: bareEnvironment() })).stdout);
  try {
    return { uid: await id('-u'), gid: await id('-g') };
  } catch {
    return null;
  }
}

/** Root may, unless somebody took its capabilities away, as a container without them does. */
async function mayChangeUsers(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const needed = [CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_SETGID, CAP_SETUID];
  return needed.every((capability) => ((effective >> capability) & 1n) === 1n);
}

// From linux/capability.h. The service has to enter what its servers own.
const CAP_CHOWN = 0n;
const CAP_DAC_OVERRIDE = 1n;
const CAP_SETGID = 6n;
const CAP_SETUID = 7n;
