import { readdir } from 'node:fs/promises';
import { Option } from 'commander';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { inexactNumbers } from '@sparkgate/cerbos-policies/inexact-numbers';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import type { Host } from './host.ts';
import { EXIT } from './exit-codes.ts';

/** `--policies DIR`: another folder than the host's own. */
export const policiesOption = ({ policies }: Pick<Host, 'policies'>): Option =>
  new Option('-p, --policies <dir>', `the folder of policies (default: ${policies.called})`);

/**
 * Reads the policies and has Cerbos compile them. Null when they do not compile: then what Cerbos says stands on
 * standard error and the exit code is set. @throws PolicyError for a folder that cannot be read
 */
export async function readCompiled(folder: string): Promise<Policies | null> {
  const policies = await readPolicies(folder);
  warn(inexactNumbers(policies));
  const { code, stdout, stderr } = await compilePolicies(folder);
  if (code === 0) return policies;
  process.stderr.write(stdout + stderr);
  process.exitCode = EXIT.doesNotCompile;
  return null;
}

/** Says what hinders nothing and is hardly meant. */
export function warn(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`Warning: ${warning}\n`);
}

/** A run of no tests must not pass for a run without failures. @throws PolicyError */
export async function requireTests(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new PolicyError(`The folder of tests ${folder} cannot be read.`, { cause });
  });
  if (files.some((file) => /_test\.ya?ml$/.test(file))) return;
  throw new PolicyError(`There is no *_test.yaml in ${folder}.`);
}
