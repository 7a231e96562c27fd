import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { readConfig } from '../../../../src/config.ts';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { PlatformError } from '../../../../src/platform/platform-error.ts';
import { readPolicyFiles, warningsOf, type PolicyFile } from '@sparkgate/cerbos-policies/policy-files';
import { EXIT } from './exit-codes.ts';

/** `--policies DIR`: the folder, `POLICY_DIR` unless named. */
export const policiesOption = (): Option =>
  new Option('-p, --policies <dir>', 'the folder of policies (default: POLICY_DIR)');

/** The folder of policies that a command is about. */
export function policyFolder(named: string | undefined): string {
  return named === undefined ? readConfig().policyDir : resolve(named);
}

/**
 * Reads the policies and has Cerbos compile them. Null when they do not compile: then what Cerbos says stands on
 * standard error and the exit code is set. @throws PlatformError for a folder that cannot be read
 */
export async function readCompiled(folder: string): Promise<PolicyFile[] | null> {
  const files = await readPolicyFiles(folder);
  warn(warningsOf(files));
  const { code, stdout, stderr } = await compilePolicies(folder);
  if (code === 0) return files;
  process.stderr.write(stdout + stderr);
  process.exitCode = EXIT.doesNotCompile;
  return null;
}

/** Says what hinders nothing and is hardly meant. */
export function warn(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`Warning: ${warning}\n`);
}

/** A run of no tests must not pass for a run without failures. @throws PlatformError */
export async function requireTests(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new PlatformError(`The folder of tests ${folder} cannot be read.`, { cause });
  });
  if (files.some((file) => /_test\.ya?ml$/.test(file))) return;
  throw new PlatformError(`There is no *_test.yaml in ${folder}.`);
}
