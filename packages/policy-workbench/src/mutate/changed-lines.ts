import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import type { Lines } from './mutants.ts';

const run = promisify(execFile);

/** The lines below a folder that differ from a git revision; files that git does not know have changed as a whole. */
export async function changedLines(folder: string, ref: string): Promise<Lines> {
  if (ref.startsWith('-')) throw new PolicyError(`${ref} is no git revision.`);
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('git', ['-C', folder, ...args], { maxBuffer: 1 << 28 }).catch((cause: unknown) => {
      const [first = ''] = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).split('\n') : [];
      throw new PolicyError(`git cannot tell what changed in ${folder} since ${ref}: ${first}`, { cause });
    });
    return stdout;
  };
  const diff = await git('diff', '--unified=0', '--no-color', '--no-ext-diff', '--relative', ref, '--', '.');
  const unknown = await git('ls-files', '--others', '--exclude-standard', '--', '.');
  const files = unknown.split('\n').filter((file) => file !== '');
  return new Map<string, ReadonlySet<number> | null>([...linesOf(diff), ...files.map((file) => [file, null] as const)]);
}

function linesOf(diff: string): Map<string, ReadonlySet<number>> {
  const found = new Map<string, Set<number>>();
  let current = new Set<number>();
  for (const line of diff.split('\n')) {
    const [, file] = /^\+\+\+ b\/(.*)$/.exec(line) ?? [];
    if (file !== undefined) found.set(file, (current = new Set()));
    const [, start, length = '1'] = /^@@ \S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (start === undefined) continue;
    // Where lines were only taken away, the ones around the gap have changed.
    const first = Number(start);
    const last = Number(length) === 0 ? first + 1 : first + Number(length) - 1;
    for (let number = first; number <= last; number += 1) current.add(number);
  }
  return found;
}
