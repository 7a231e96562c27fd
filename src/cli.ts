#!/usr/bin/env node
import { Command } from 'commander';
import { checkCommand } from './cli/check.ts';
import { demoCommand } from './cli/demo.ts';
import { doctorCommand } from './cli/doctor.ts';
import { freezeCommand, unfreezeCommand } from './cli/freeze.ts';
import { importCommand } from './cli/import.ts';
import { keyCommand } from './cli/key.ts';
import { migrateCommand } from './cli/migrate.ts';
import { policyCommand } from './cli/policy.ts';
import { readConfig } from './config.ts';
import { reportFailure } from './failure.ts';
import { serve } from './serve.ts';
import { VERSION } from './runtime/service-status.ts';

const program = new Command('sparkgate')
  .description('Who may use which TikTok account for Spark Ads, decided by policies over stored relationships.')
  .version(VERSION)
  .showHelpAfterError()
  .addCommand(new Command('serve').description('serve until a signal says stop').action(async () => serve(readConfig)))
  .addCommand(doctorCommand())
  .addCommand(demoCommand())
  .addCommand(migrateCommand())
  .addCommand(importCommand())
  .addCommand(checkCommand())
  .addCommand(keyCommand())
  .addCommand(freezeCommand())
  .addCommand(unfreezeCommand())
  .addCommand(policyCommand());

// Whoever reads has read enough, as head does: end as a program does that SIGPIPE ends.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(141);
  });
}

try {
  await program.parseAsync();
} catch (error) {
  reportFailure(error);
}
