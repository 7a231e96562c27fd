import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeTemporary, temporaryFolder } from '@sparkgate/cerbos-pdp/temporary-folder';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { git, gitLine } from './git.ts';

/** A folder as it was before an edit. */
export interface BaseFolder {
  folder: string;
  /** What it was compared with, for people: a revision, or a folder. */
  called: string;
  /** Whether there was such a folder at all. */
  isThere: boolean;
  /** Takes it away again, where it was made for this. */
  remove: () => Promise<void>;
}

/** The commit from which an edit goes out. */
export interface BaseCommit {
  commit: string;
  called: string;
}

/**
 * The last commit that a revision and what is checked out have in common: what others changed since is no part of the edit.
 * @throws PolicyError when git does not know the revision
 */
export async function baseCommit(folder: string, ref: string): Promise<BaseCommit> {
  if (ref.startsWith('-') || ref === '') throw new PolicyError(`${ref} is no git revision.`);
  const complaint = `git cannot tell what ${folder} was in ${ref}`;
  const named = await gitLine(folder, complaint, 'rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`);
  // A shallow clone may know of none.
  const shared = await gitLine(folder, complaint, 'merge-base', named, 'HEAD').catch(() => named);
  const short = shared.slice(0, 12);
  return { commit: shared, called: shared === named ? `${ref} (${short})` : `${short}, where ${ref} was left` };
}

const LINK = '120000';

/**
 * Writes a folder out as it is in a commit of the repository that holds it; the repository itself is left alone, and no
 * setting of git's has a say in it. @throws PolicyError
 */
export async function folderAt(folder: string, { commit, called }: BaseCommit): Promise<BaseFolder> {
  const complaint = `git cannot tell what ${folder} was in ${called}`;
  const root = await temporaryFolder('policy-base-');
  const copy = join(root, 'policies');
  const remove = async (): Promise<void> => removeTemporary(root);
  try {
    await mkdir(copy);
    const prefix = (await gitLine(folder, complaint, 'rev-parse', '--show-prefix')).replace(/\/$/, '');
    const tree = `${commit}:${prefix}`;
    const isThere = await git(folder, complaint, 'cat-file', '-e', tree).then(
      () => true,
      () => false,
    );
    if (isThere)
      await writeTree(await git(folder, complaint, 'ls-tree', '-r', '-z', '--full-tree', tree), copy, folder);
    return { folder: copy, called, isThere, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function writeTree(listed: Buffer, copy: string, folder: string): Promise<void> {
  for (const line of listed.toString('utf8').split('\0')) {
    const [, mode, sort, object = '', path = ''] = /^(\d+) (\w+) (\w+)\t([^]*)$/.exec(line) ?? [];
    if (sort !== 'blob') continue;
    const content = await git(folder, `git has no ${path}`, 'cat-file', 'blob', object);
    const file = join(copy, path);
    await mkdir(dirname(file), { recursive: true });
    await (mode === LINK ? symlink(content.toString('utf8'), file) : writeFile(file, content));
  }
}
