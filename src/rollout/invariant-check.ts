import { fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { bareEnvironment } from '../platform/child-protocol.ts';
import type { CheckInvariants } from './admission.ts';
import type { Checked, InvariantTask } from './invariant-process.ts';

const PROCESS = fileURLToPath(new URL('invariant-process.ts', import.meta.url));

/** What takes longer has got stuck; in milliseconds. */
const LONGEST_MS = 600_000;

/** How much of what a process wrote before it died is kept, in characters. */
const LAST_WORDS = 2000;

/**
 * Checks invariants over the whole space of decision inputs, in a process of its own with little priority: it takes
 * many seconds of computing and much memory, which callers must not wait behind.
 * @param signal ends what is under way
 */
export function invariantCheck(signal: AbortSignal): CheckInvariants {
  return async (policyDir, invariants) => {
    const child = fork(PROCESS, {
      env: bareEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      signal,
      timeout: LONGEST_MS,
    });
    if (child.pid !== undefined) lowerPriority(child.pid);
    let checked: Checked | null = null;
    let lastWords = '';
    child.on('message', (message) => (checked = message as Checked));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (lastWords = (lastWords + text).slice(-LAST_WORDS)));
    child.send({ policyDir, invariants } satisfies InvariantTask);
    const [code, endedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return reportOf(checked, `${endedBy ?? `exit code ${code}`} ${lastWords}`.trim());
  };
}

function reportOf(checked: Checked | null, end: string): string | null {
  switch (checked?.outcome) {
    case 'hold':
      return null;
    case 'doubted':
    case 'unreadable':
      return checked.report;
    case undefined:
      return `The invariants could not be checked: the process that checks them ended (${end}).`;
  }
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It is over already, or priorities are not ours to set.
  }
}
