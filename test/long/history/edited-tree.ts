import { chmod, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Edit } from '../../support/policy-dir.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** A copy of this tree, from which the service can be started. */
export interface EditedTree {
  root: string;
  remove: () => Promise<void>;
}

/** This tree's service, and more of it, with these edits. @throws where a text is not there just once */
export async function treeWith(edits: readonly Edit[], more: readonly string[] = []): Promise<EditedTree> {
  const root = await mkdtemp(join(tmpdir(), 'sparkgate-tree-'));
  // Cerbos, as another user, reads the policies.
  await chmod(root, 0o755);
  for (const part of ['src', 'policies', 'policy-tests', 'package.json', ...more]) {
    await cp(join(ROOT, part), join(root, part), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  for (const [file, from, to] of edits) {
    const path = join(root, file);
    const parts = (await readFile(path, 'utf8')).split(from);
    if (parts.length !== 2) throw new Error(`${file} says ${parts.length - 1} times, not once: ${from}`);
    await writeFile(path, parts.join(to));
  }
  return { root, remove: async () => rm(root, { recursive: true, force: true }) };
}
