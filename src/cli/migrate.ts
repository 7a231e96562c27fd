import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { asOperator } from '../operator.ts';

/** `sparkgate migrate` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database schema to what this version needs (serve does so too)')
    .action(async () => {
      await asOperator(readConfig(), async () => Promise.resolve());
      process.stdout.write('The database is up to date.\n');
    });
}
