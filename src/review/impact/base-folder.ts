import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PlatformError } from '../../platform/platform-error.ts';

const run = promisify(execFile);

const LINK = '120000';

/**
 * Writes a policy folder out as it is in a git revision of the repository that holds it; the repository itself is left
 * alone. `remove` takes it away again. @throws PlatformError when git does not know the revision, or the folder in it
 */
export async function folderAt(
  policyDir: string,
  ref: string,
): Promise<{ folder: string; remove: () => Promise<void> }> {
  if (ref.startsWith('-')) throw new PlatformError(`${ref} is no git revision.`);
  const root = await mkdtemp(join(tmpdir(), 'sg-base-'));
  const remove = async (): Promise<void> => rm(root, { recursive: true, force: true });
  const folder = join(root, 'policies');
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('git', ['-C', policyDir, ...args], { maxBuffer: 1 << 26 }).catch((cause: unknown) => {
      const [first = ''] = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).split('\n') : [];
      throw new PlatformError(`git cannot tell what ${policyDir} was in ${ref}: ${first}`, { cause });
    });
    return stdout;
  };
  try {
    await mkdir(folder);
    const prefix = (await git('rev-parse', '--show-prefix')).trim().replace(/\/$/, '');
    const listed = await git('ls-tree', '-r', '-z', '--full-tree', `${ref}:${prefix}`);
    for (const line of listed.split('\0').filter((it) => it !== '')) {
      const [, mode = '', sort = '', object = '', path = ''] = /^(\d+) (\w+) (\w+)\t([^]*)$/.exec(line) ?? [];
      if (sort !== 'blob') continue;
      const [file, text] = [join(folder, path), await git('cat-file', 'blob', object)];
      await mkdir(dirname(file), { recursive: true });
      await (mode === LINK ? symlink(text, file) : writeFile(file, text));
    }
    return { folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
