import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { inOfflineContext } from '../runtime/offline-context.ts';
import { PlatformError } from '../platform/platform-error.ts';
import { cannotBeUsed, probeDatabase, subjectOf } from '../probes/database.ts';
import { requireWell } from '../probes/finding.ts';
import { migrateGiven } from '../store/migrate.ts';

/** `sparkgate migrate` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database schema to what this version needs, as the role that owns it')
    .option('--serve-as <role>', 'and let this role, which exists and owns nothing, serve on it')
    .addHelpText(
      'after',
      '\nExample:\n  DATABASE_URL=postgresql://owner@host/db sparkgate migrate --serve-as sparkgate_serve',
    )
    .action(async ({ serveAs = null }: { serveAs?: string | null }) => {
      const config = readConfig();
      if (config.databaseUrl === null) {
        if (serveAs !== null) {
          throw new PlatformError(
            '--serve-as is for a database of yours (DATABASE_URL): the embedded one has its roles.',
          );
        }
        await inOfflineContext(config, async () => Promise.resolve());
      } else {
        await migrateAt({ url: config.databaseUrl }, serveAs);
      }
      process.stdout.write(
        `The database is up to date${serveAs === null ? '' : `, and ${serveAs} may serve on it`}.\n`,
      );
    });
}

async function migrateAt(address: { url: string }, serveAs: string | null): Promise<void> {
  requireWell(await probeDatabase(address), (says) => process.stderr.write(`sparkgate: ${says}\n`));
  await migrateGiven(address, serveAs).catch((cause: unknown) => {
    throw new PlatformError(cannotBeUsed(subjectOf(address), cause).says, { cause });
  });
}
