#!/usr/bin/env node
import { Command } from 'commander';
import { openLocalServers } from '@sparkgate/cerbos-pdp/local-servers';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { NO_SERVICE } from '../contract.ts';
import { coverageCommand } from './coverage.ts';
import type { Host } from './host.ts';
import { mutateCommand } from './mutate.ts';
import { newCommand } from './new.ts';
import { testCommand } from './test.ts';
import { verifyCommand } from './verify.ts';

const HOST: Host = {
  program: 'policy-workbench',
  policies: { folder: () => 'policies', called: 'policies' },
  contract: NO_SERVICE,
  openServers: openLocalServers,
};

const program = new Command('policy-workbench')
  .description('tests, coverage, mutants and proofs for Cerbos policies')
  .showHelpAfterError()
  .addCommand(testCommand(HOST))
  .addCommand(verifyCommand(HOST))
  .addCommand(coverageCommand(HOST))
  .addCommand(mutateCommand(HOST))
  .addCommand(newCommand(HOST));

// Whoever reads has read enough, as head does: end as a program does that SIGPIPE ends.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(141);
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof PolicyError)) throw error;
  process.stderr.write(`policy-workbench: ${error.message}\n`);
  process.exitCode = 1;
}
