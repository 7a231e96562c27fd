#!/usr/bin/env node
import { Command } from 'commander';
import { reportFailure } from './failure.ts';
import { VERSION } from './runtime/service-status.ts';

/** Each by its name: a command loads what it needs and nothing else. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./cli/serve.ts')).serveCommand(),
  doctor: async () => (await import('./cli/doctor.ts')).doctorCommand(),
  demo: async () => (await import('./cli/demo.ts')).demoCommand(),
  migrate: async () => (await import('./cli/migrate.ts')).migrateCommand(),
  import: async () => (await import('./cli/import.ts')).importCommand(),
  check: async () => (await import('./cli/check.ts')).checkCommand(),
  key: async () => (await import('./cli/key.ts')).keyCommand(),
  freeze: async () => (await import('./cli/freeze.ts')).freezeCommand(),
  unfreeze: async () => (await import('./cli/freeze.ts')).unfreezeCommand(),
  policy: async () => (await import('./cli/policy.ts')).policyCommand(),
};

const program = new Command('sparkgate')
  .description('Who may use which TikTok account for Spark Ads, decided by policies over stored relationships.')
  .version(VERSION)
  .showHelpAfterError();

// Whoever reads has read enough, as head does: end as a program does that SIGPIPE ends.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(141);
  });
}

const named = Object.entries(COMMANDS).filter(([name]) => name === process.argv[2]);

try {
  // Help, and what is misspelt, name them all.
  for (const [, load] of named.length > 0 ? named : Object.entries(COMMANDS)) program.addCommand(await load());
  await program.parseAsync();
} catch (error) {
  reportFailure(error);
}
