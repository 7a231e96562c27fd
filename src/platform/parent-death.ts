import { spawnSync } from 'node:child_process';
import { bareEnvironment } from './child-protocol.ts';

let available: boolean | undefined;

/**
 * Wraps a command so that the kernel signals it when its parent dies, however that dies. It has to be the innermost
 * wrapper: the kernel forgets the wish when a process changes its user.
 * Where util-linux is missing the command stays bare, and {@link stopOrphans} has to do.
 */
export function dyingWithParent(signal: NodeJS.Signals, line: readonly string[]): readonly string[] {
  available ??= probe();
  return available ? ['setpriv', '--pdeathsig', signal, '--', ...line] : line;
}

function probe(): boolean {
  const args = ['--pdeathsig', 'SIGTERM', '--', 'true'];
  return spawnSync('setpriv', args, { env: bareEnvironment(), stdio: 'ignore' }).status === 0;
}
