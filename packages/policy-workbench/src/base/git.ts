import { execFile } from 'node:child_process';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';

/**
 * A hook that runs in a linked work tree names the repository without the work tree: git would then take any folder for
 * the root. Whoever names both knows better than the folder does.
 */
function environment(): NodeJS.ProcessEnv {
  // oxlint-disable-next-line node/no-process-env -- handed on to git, not read as configuration
  const { GIT_DIR, ...others } = process.env;
  return GIT_DIR === undefined || others['GIT_WORK_TREE'] === undefined ? others : { ...others, GIT_DIR };
}

/** Asks git about the repository that holds a folder. What fails is said by `complaint`. @throws PolicyError */
export async function git(folder: string, complaint: string, ...args: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: 1 << 28, encoding: 'buffer', env: environment() } as const;
    execFile('git', ['-C', folder, ...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const [first = ''] = stderr.toString('utf8').split('\n');
      const why = 'code' in error && error.code === 'ENOENT' ? 'there is no git here' : first;
      reject(new PolicyError(`${complaint}: ${why}`, { cause: error }));
    });
  });
}

/** What a git command prints in one line. @throws PolicyError */
export async function gitLine(folder: string, complaint: string, ...args: readonly string[]): Promise<string> {
  return (await git(folder, complaint, ...args)).toString('utf8').replace(/\n$/, '');
}

/** The root of the repository that holds a folder; null where none does. */
export async function repositoryOf(folder: string): Promise<string | null> {
  return gitLine(folder, '', 'rev-parse', '--show-toplevel').catch(() => null);
}
