import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bareEnvironment, SUPERVISOR, type ChildEvent } from './child-protocol.ts';

/** A running supervisor, and the promise of its first word. */
export type SupervisorProcess = { readonly process: ChildProcess; readonly ready: Promise<void> };

/** Forks the supervisor; its end is reported as an event like that of any child. */
export function forkSupervisor(report: (event: ChildEvent) => void): SupervisorProcess {
  const supervisor = fork(fileURLToPath(new URL('supervisor.ts', import.meta.url)), [], {
    cwd: '/',
    // A process group of its own: Ctrl-C reaches the service, which then decides.
    detached: true,
    env: bareEnvironment(),
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  supervisor.stderr?.on('data', (chunk) => (stderr = `${stderr}${String(chunk)}`.slice(-8192)));
  supervisor.on('error', () => undefined);
  const ready = Promise.withResolvers<void>();
  supervisor.on('message', (event: ChildEvent) => {
    if (event.name === SUPERVISOR) ready.resolve();
    report(event);
  });
  supervisor.once('exit', (code, signal) => {
    ready.reject(new Error(`The supervisor did not start: ${stderr || (signal ?? code)}`));
    report({ type: 'exited', name: SUPERVISOR, code, signal, stderr });
  });
  return { process: supervisor, ready: ready.promise };
}
