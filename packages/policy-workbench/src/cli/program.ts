import { Command } from 'commander';
import { endOnSignals } from '@sparkgate/cerbos-pdp/temporary-folder';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { coverageCommand } from './coverage.ts';
import type { Host } from './host.ts';
import { lintCommand } from './lint.ts';
import { mutateCommand } from './mutate.ts';
import { newCommand } from './new.ts';
import { testCommand } from './test.ts';
import { verifyCommand } from './verify.ts';

/** `policy-workbench ...`, one file a command. */
export function workbenchProgram(host: Host): Command {
  return new Command('policy-workbench')
    .description('tests, coverage, mutants and proofs for Cerbos policies')
    .showHelpAfterError()
    .hook('preAction', endOnSignals)
    .addCommand(testCommand(host))
    .addCommand(verifyCommand(host))
    .addCommand(coverageCommand(host))
    .addCommand(mutateCommand(host))
    .addCommand(lintCommand(host))
    .addCommand(newCommand(host));
}

/** Says on standard error what hindered a command, in a sentence, and sets exit code 1. @throws what is no PolicyError */
export function reportFailure(error: unknown): void {
  if (!(error instanceof PolicyError)) throw error;
  process.stderr.write(`policy-workbench: ${error.message}\n`);
  process.exitCode = 1;
}
