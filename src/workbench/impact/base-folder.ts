import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PlatformError } from '../../platform/platform-error.ts';

const run = promisify(execFile);

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
    const options = { env: { ...process.env, GIT_INDEX_FILE: join(root, 'index') }, maxBuffer: 1 << 26 };
    const { stdout } = await run('git', ['-C', policyDir, ...args], options).catch((cause: unknown) => {
      const [first = ''] = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).split('\n') : [];
      throw new PlatformError(`git cannot tell what ${policyDir} was in ${ref}: ${first}`, { cause });
    });
    return stdout.trim();
  };
  try {
    await mkdir(folder);
    const prefix = await git('rev-parse', '--show-prefix');
    await git('read-tree', `${ref}:${prefix.replace(/\/$/, '')}`);
    await git('checkout-index', '--all', `--prefix=${folder}/`);
    return { folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
