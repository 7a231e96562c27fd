import { setTimeout as delay } from 'node:timers/promises';
import type { ChildSpec } from './child-protocol.ts';
import type { Children, Reap } from './children.ts';
import { PlatformError } from './platform-error.ts';

const POLL_MS = 15;

/** How to tell that a child is of use, and why it is not. */
export type Readiness = {
  readonly reap: Reap;
  /** Whether it answers by now. */
  readonly answers: () => Promise<boolean>;
  /** What to tell the operator when it exits instead, from what it wrote to standard error. */
  readonly explain: (stderr: string) => string;
  /** An exit that the restart will cure. */
  readonly passing?: (stderr: string) => boolean;
  readonly patienceMs: number;
};

/** Starts a child and waits until it answers; a child that refuses is stopped and its reason thrown. */
export async function startUntilReady(children: Children, spec: ChildSpec, readiness: Readiness): Promise<void> {
  let complaint: string | undefined;
  const unsubscribe = children.subscribe((event) => {
    if (event.type !== 'exited' || event.name !== spec.name) return;
    if (!readiness.passing?.(event.stderr)) complaint = readiness.explain(event.stderr);
  });
  try {
    await children.start(spec, readiness.reap);
    const deadline = Date.now() + readiness.patienceMs;
    while (!(await readiness.answers())) {
      if (complaint === undefined && Date.now() > deadline) {
        complaint = `${spec.name} did not answer within ${readiness.patienceMs / 1000} seconds.`;
      }
      if (complaint !== undefined) throw new PlatformError(complaint);
      await delay(POLL_MS);
    }
  } catch (error) {
    await children.stop(spec.name);
    throw error;
  } finally {
    unsubscribe();
  }
}
