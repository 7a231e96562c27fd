import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ended, temporaryFolder, type Ended } from '../../packages/policy-workbench/test/support.ts';

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

/** `sparkgate policy ...` as a reviewer calls it. */
export const policy = async (...args: readonly string[]): Promise<Ended> =>
  ended(ROOT, 'src/cli.ts', ['policy', ...args]);
