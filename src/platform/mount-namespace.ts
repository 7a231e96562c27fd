import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Account } from './accounts.ts';

/**
 * The first folder on the way to each path that an account may not pass, as far as permission bits tell. Root's home
 * is one, in which a checkout often lies.
 */
export async function closedFolders(paths: readonly string[], account: Account): Promise<string[]> {
  const closed = await Promise.all(paths.map(async (path) => firstClosed(path, account)));
  return [...new Set(closed.filter((folder) => folder !== null))];
}

async function firstClosed(path: string, account: Account): Promise<string | null> {
  for (const folder of ancestors(path)) {
    const { uid, gid, mode } = await stat(folder);
    const mine = uid === account.uid ? 0o100 : [account.gid, account.passage].includes(gid) ? 0o010 : 0o001;
    if ((mode & mine) === 0) return folder;
  }
  return null;
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...ancestors(parent), parent];
}

/** File descriptors of a POSIX shell have one digit, and the first three are taken. */
const MOST_CARRIED = 7;

/**
 * A command in a mount namespace of its own, where in the place of each closed folder there is an empty one that holds
 * the carried paths alone, under their names. It takes root with CAP_SYS_ADMIN.
 */
export function carrying(
  closed: readonly string[],
  carried: readonly string[],
  [program = '', ...args]: readonly string[],
): [string, ...string[]] {
  if (carried.length > MOST_CARRIED) throw new Error('more paths than a shell can hold open');
  const quoted = carried.map((path, index) => ({ fd: 3 + index, path: quote(path) }));
  const script = [
    'set -e; umask 022',
    ...quoted.map(({ fd, path }) => `exec ${fd}<${path}`),
    ...closed.map((folder) => `mount -t tmpfs -o mode=0711,size=1m,nosuid,nodev sparkgate ${quote(folder)}`),
    // By file descriptor: the path to what is carried is hidden by now.
    ...quoted.flatMap(({ fd, path }) => [
      `mkdir -p ${path}`,
      `mount --no-canonicalize --bind /proc/self/fd/${fd} ${path}`,
      `exec ${fd}<&-`,
    ]),
    ...closed.map((folder) => `mount -o remount,ro ${quote(folder)}`),
    'exec "$0" "$@"',
  ];
  return ['unshare', '--mount', '--', 'sh', '-c', script.join('\n'), program, ...args];
}

function quote(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
