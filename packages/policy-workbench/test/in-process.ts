import { vi } from 'vitest';
import { CommanderError, type Command } from 'commander';
import type { OpenPolicyServers, PolicyServers, ServedPolicies } from '@sparkgate/cerbos-pdp/policy-servers';
import { readPolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';

/** What a command printed, and how it ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** What ended, but for how long it took, and how far a command said it was as time went by. */
export function timeless({ code, stdout, stderr }: Ended): Ended {
  const of = (text: string): string =>
    text.replaceAll(/\b\d+\.\d s\b/g, 'a while').replaceAll(/"seconds": [\d.]+/g, '"seconds": 1');
  const isComplaint = code === 1 || code === 3;
  return { code, stdout: of(stdout), stderr: isComplaint ? stderr : '' };
}

/** A program, and what it does with an error. */
export interface Program {
  command: Command;
  reportFailure: (error: unknown) => void;
}

let before: Promise<unknown> = Promise.resolve();

/**
 * Runs a command in this process, as its own process would: what it prints and its exit code are what they are there.
 * Output and exit code are the process's, so one command runs after another. `environment` holds while it runs.
 */
export async function inProcess(
  { command, reportFailure }: Program,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const run = before.then(async () => {
    const restore = setEnvironment(environment);
    const heard = { stdout: '', stderr: '' };
    const hearing = (['stdout', 'stderr'] as const).map((stream) =>
      vi.spyOn(process[stream], 'write').mockImplementation((text) => Boolean((heard[stream] += String(text)))),
    );
    const { exitCode } = process;
    process.exitCode = 0;
    try {
      await throwing(command)
        .parseAsync(args, { from: 'user' })
        .catch((error: unknown) => {
          if (error instanceof CommanderError) process.exitCode = error.exitCode;
          else reportFailure(error);
        });
      return { code: process.exitCode, ...heard };
    } finally {
      for (const it of hearing) it.mockRestore();
      process.exitCode = exitCode;
      restore();
    }
  });
  before = run.catch(() => undefined);
  return run;
}

/** Where Commander would end the process, it throws. */
function throwing(command: Command): Command {
  for (const below of command.commands) throwing(below);
  return command.exitOverride();
}

function setEnvironment(environment: NodeJS.ProcessEnv): () => void {
  const old = Object.keys(environment).map((key) => [key, process.env[key]] as const);
  Object.assign(process.env, environment);
  return () => {
    for (const [key, value] of old) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  };
}

/** Policy servers that outlive a command. */
export interface SharedServers {
  open: OpenPolicyServers;
  close: () => Promise<void>;
}

/** Servers that nobody uses are kept up to here: the policies of a project, and an edit of theirs. */
const KEPT = 2;

interface Entry {
  served: Promise<ServedPolicies>;
  users: number;
}

/** Serves folders of equal content by one server, which stays for the next command. */
export function sharedServers(openServers: OpenPolicyServers): SharedServers {
  let opened: Promise<PolicyServers> | null = null;
  const entries = new Map<string, Entry>();

  const release = async (entry: Entry): Promise<void> => {
    entry.users -= 1;
    const idle = [...entries].filter(([, { users }]) => users === 0);
    for (const [key, { served }] of idle.slice(0, Math.max(0, idle.length - KEPT))) {
      entries.delete(key);
      await (await served).stop();
    }
  };

  const take = async (policyDir: string): Promise<Entry> => {
    opened ??= openServers();
    const { hash: key } = await readPolicyFolder(policyDir);
    const servers = await opened;
    const entry = entries.get(key) ?? { served: servers.start(policyDir), users: 0 };
    // The one that was used last stands last.
    entries.delete(key);
    entries.set(key, entry);
    entry.users += 1;
    await entry.served.catch((error: unknown) => {
      entries.delete(key);
      throw error;
    });
    return entry;
  };

  return {
    open: async () => {
      const taken = new Set<Entry>();
      const giveBack = async (entry: Entry): Promise<void> => {
        if (taken.delete(entry)) await release(entry);
      };
      return {
        start: async (policyDir) => {
          const entry = await take(policyDir);
          taken.add(entry);
          const { pdp } = await entry.served;
          return { pdp, stop: async () => giveBack(entry) };
        },
        close: async () => {
          for (const entry of taken) await giveBack(entry);
        },
      };
    },
    close: async () => (await opened)?.close(),
  };
}
