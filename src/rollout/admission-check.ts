import { fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { bareEnvironment } from '../platform/child-protocol.ts';
import type { Admit } from './admission.ts';
import type { Examined } from './admission-process.ts';
import { PoliciesRefused } from './refused.ts';

const PROCESS = fileURLToPath(new URL('admission-process.ts', import.meta.url));

/** What takes longer has got stuck; in milliseconds. */
const LONGEST_MS = 600_000;

/** How much of what a process wrote before it died is kept, in characters. */
const LAST_WORDS = 2000;

/**
 * Admits bundles whose tests pass and whose invariants hold in the whole space of decision inputs. They are examined in
 * a process of its own with little priority: it takes many seconds of computing and much memory, which callers must not
 * wait behind.
 * @param signal ends what is under way
 */
export function admission(signal: AbortSignal): Admit {
  return async (candidate) => {
    const child = fork(PROCESS, {
      env: bareEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      signal,
      timeout: LONGEST_MS,
    });
    if (child.pid !== undefined) lowerPriority(child.pid);
    let examined: Examined | null = null;
    let lastWords = '';
    child.on('message', (message) => (examined = message as Examined));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (lastWords = (lastWords + text).slice(-LAST_WORDS)));
    child.send(candidate);
    const [code, endedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return outcomeOf(examined, `${endedBy ?? `exit code ${code}`} ${lastWords}`.trim());
  };
}

function outcomeOf(examined: Examined | null, end: string) {
  if (examined === null)
    throw new PoliciesRefused('tests', `The policies could not be examined: the process that does it ended (${end}).`);
  if ('admitted' in examined) return examined.admitted;
  throw new PoliciesRefused(examined.over, examined.message);
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It is over already, or priorities are not ours to set.
  }
}
