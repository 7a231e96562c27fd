/** A process that the supervisor keeps alive under a name of its own. */
export type ChildSpec = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to a bare environment: the service's own variables hold secrets that no child needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** What makes it stop in good order; SIGKILL follows after ten seconds. */
  readonly stopSignal: NodeJS.Signals;
};

/** What happens to a child, or to the supervisor itself, whose name is `supervisor`. */
export type ChildEvent =
  | { readonly type: 'started'; readonly name: string; readonly pid: number }
  | {
      readonly type: 'exited';
      readonly name: string;
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      /** The last of what it wrote to standard error. */
      readonly stderr: string;
    }
  | { readonly type: 'restarting'; readonly name: string; readonly delayMs: number }
  | { readonly type: 'stopped'; readonly name: string }
  | {
      readonly type: 'output';
      readonly name: string;
      readonly stream: 'stdout' | 'stderr';
      readonly line: string;
    };

/** What the service tells the supervisor. */
export type Order =
  | { readonly order: 'start'; readonly spec: ChildSpec }
  | { readonly order: 'stop'; readonly name: string };

/** The name under which the supervisor reports on itself. */
export const SUPERVISOR = 'supervisor';

/** The environment of everything that is started here. */
export function bareEnvironment(): Record<string, string> {
  const kept = ['PATH', 'TZ', 'TMPDIR', 'LD_LIBRARY_PATH'];
  const entries = kept.flatMap((key) => {
    // oxlint-disable-next-line node/no-process-env -- handed on to children, not read as configuration
    const value = process.env[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return { ...Object.fromEntries(entries), LANG: 'C.UTF-8' };
}
