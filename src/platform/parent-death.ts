import { spawnSync } from 'node:child_process';
import { bareEnvironment } from './child-protocol.ts';

let available: boolean | undefined;

/**
 * Wraps a command so that the kernel signals it when its parent dies, however that dies.
 * Where util-linux is missing the command stays bare, and {@link stopOrphans} has to do.
 */
export function dyingWithParent(
  signal: NodeJS.Signals,
  command: string,
  args: readonly string[],
): { command: string; args: string[] } {
  available ??= probe();
  return available
    ? { command: 'setpriv', args: ['--pdeathsig', signal, '--', command, ...args] }
    : { command, args: [...args] };
}

function probe(): boolean {
  const args = ['--pdeathsig', 'SIGTERM', '--', 'true'];
  return spawnSync('setpriv', args, { env: bareEnvironment(), stdio: 'ignore' }).status === 0;
}
