import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { inProcess, sharedServers, type Ended } from '../../packages/policy-workbench/test/in-process.ts';
import { ended, temporaryFolder } from '../../packages/policy-workbench/test/support.ts';
import { HOST } from '../../src/cli/policy/host.ts';
import { policyCommand } from '../../src/cli/policy.ts';
import { reportFailure } from '../../src/failure.ts';

const ROOT = join(import.meta.dirname, '../..');

/** An edit as a reviewer would make it: in this file, this text becomes that one. */
export type Edit = readonly [file: string, from: string, to: string];

/** The project's policies with these edits. */
export async function editedPolicies(...edits: readonly Edit[]): Promise<string> {
  const folder = join(await temporaryFolder(), 'policies');
  await cp(join(ROOT, 'policies'), folder, { recursive: true });
  for (const [file, from, to] of edits) {
    const path = join(folder, file);
    const text = await readFile(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} does not say ${from}`);
    await writeFile(path, text.replace(from, to));
  }
  return folder;
}

/** `sparkgate policy ...` as a reviewer calls it: a process of its own. */
export const policyProcess = async (environment: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Ended> =>
  ended(ROOT, 'src/cli.ts', ['policy', ...args], environment);

export type Policy = (...args: readonly string[]) => Promise<Ended>;

/** `sparkgate policy ...` in this process, on policy servers that the commands of a test file share. */
export function policyHere(environment: () => NodeJS.ProcessEnv = () => ({})): Policy {
  const servers = sharedServers(HOST.openServers);
  afterAll(async () => servers.close());
  const host = { ...HOST, openServers: servers.open };
  return async (...args) => inProcess({ command: policyCommand(host), reportFailure }, args, environment());
}
