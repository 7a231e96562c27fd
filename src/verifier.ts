import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { VerifyInvariants } from './decision/live/admission.ts';
import { bareEnvironment } from './platform/child-protocol.ts';

const CLI = fileURLToPath(new URL('cli.ts', import.meta.url));

/** What takes longer has got stuck; in milliseconds. */
const LONGEST_MS = 600_000;

/**
 * Verifies invariants as `sparkgate policy verify` does, over the whole space of situations, in a process of its own
 * with little priority: deciding all there is takes many seconds of computing, which callers must not wait behind.
 * @param signal ends what is under way
 */
export function verifierOf(signal: AbortSignal): VerifyInvariants {
  return async (policyDir, invariants) => {
    const { code, stdout, stderr } = await run(['--policies', policyDir, '--invariants', invariants], signal);
    if (code === 0) return null;
    // What it says on standard error before that is how far it was.
    const complaint = stderr.slice(Math.max(0, stderr.indexOf('sparkgate: ')));
    const found = stdout.slice(Math.max(0, stdout.search(/^(?:VIOLATED |NOT PROVEN: |ABOUT NOTHING: )/m)));
    const why = (code === 5 || code === 8 ? found : complaint).trim();
    return why === '' ? `The invariants could not be verified (${code ?? 'ended by a signal'}).` : why;
  };
}

async function run(options: readonly string[], signal: AbortSignal) {
  const child = spawn(process.execPath, [CLI, 'policy', 'verify', ...options], {
    env: bareEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    timeout: LONGEST_MS,
  });
  if (child.pid !== undefined) lower(child.pid);
  const heard = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => (heard[stream] += chunk));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  return { code, ...heard };
}

function lower(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It is over already, or priorities are not ours to set.
  }
}
