import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readConfig } from '../../config.ts';
import { PlatformError } from '../../platform/platform-error.ts';
import { folderAt } from '../../review/impact/base-folder.ts';
import { impactOf, someoneGains } from '../../review/impact/impact.ts';
import { impactReport, type ImpactOutput } from '../../review/impact/impact-report.ts';
import { CONTRACT } from '../../review/contract.ts';
import type { Live } from '../../review/live.ts';
import { EXIT } from './exit-codes.ts';
import { withLiveDatabase } from './live-database.ts';
import { readCompiled } from '@sparkgate/policy-workbench/cli/policies';
import type { Host } from '@sparkgate/policy-workbench/cli/host';
import { policiesOption, policyFolder } from './host.ts';
import { progressLine } from '@sparkgate/policy-workbench/cli/progress';

interface Options {
  policies?: string;
  base?: string;
  baseDir?: string;
  names: number;
  database: boolean;
  output: ImpactOutput;
}

/** `sparkgate policy impact` */
export function impactCommand({ openServers }: Pick<Host, 'openServers'>): Command {
  return new Command('impact')
    .description('say for whom decisions change between two states of the policies, over the real relationships')
    .addOption(policiesOption())
    .option('-b, --base <ref>', 'the git revision to compare with')
    .addOption(new Option('--base-dir <dir>', 'a folder to compare with').conflicts('base'))
    .option('-n, --names <count>', 'name so many pairs for each change', whole, 10)
    .option('--no-database', 'compare all situations there can be, and ask for whom they hold nowhere')
    .addOption(new Option('-o, --output <format>').choices(['text', 'markdown', 'json', 'junit']).default('text'))
    .addHelpText(
      'after',
      `
The database is DATABASE_URL, or the embedded one of DATA_DIR, whether the service runs or not. It is only read.

Exit codes:
  0   no decision changes for anybody who is there; without a database: none changes at all
  1   a folder, the revision or the database cannot be read
  3   the policies, or those of the base, do not compile, or the policies read what is never sent
  10  somebody gains something, or it cannot be told; without a database: a decision becomes ALLOW, or it cannot be told
  11  nobody gains anything, and somebody loses something

Examples:
  sparkgate policy impact --base origin/main --names 20
  sparkgate policy impact --base-dir ../policies-as-they-are --output markdown`,
    )
    .action(async (options: Options) => {
      const head = policyFolder(options.policies);
      const base = await baseOf(head, options);
      try {
        if ((await readCompiled(head, CONTRACT)) === null || (await readCompiled(base.folder, null)) === null) return;
        const progress = progressLine();
        const compare = async (live: Live | null) =>
          impactOf({
            base: base.folder,
            head,
            live,
            names: options.names,
            progress: (said) => progress.show(said),
            openServers,
          });
        const impact = options.database ? await withLiveDatabase(readConfig(), compare) : await compare(null);
        progress.end();
        process.stdout.write(impactReport(impact, options.output));
        const loses = impact.changes.length > 0 || (impact.live === null && impact.spaces.length > 0);
        process.exitCode = someoneGains(impact) ? EXIT.someoneGains : loses ? EXIT.someoneLoses : EXIT.fine;
      } finally {
        await base.remove();
      }
    });
}

async function baseOf(head: string, { base, baseDir }: Options) {
  if (baseDir !== undefined) return { folder: resolve(baseDir), remove: async () => undefined };
  if (base === undefined) throw new PlatformError('Name what to compare with: --base REF, or --base-dir DIR.');
  return folderAt(head, base);
}

function whole(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('takes a whole number.');
  return Number(text);
}
