import { Command, Option } from 'commander';
import { readConfig } from '../../config.ts';
import { PlatformError } from '../../platform/platform-error.ts';
import { readRecords } from '../../review/replay/read-records.ts';
import { replay } from '../../review/replay/replay.ts';
import { replayReport } from '../../review/replay/replay-report.ts';
import { CONTRACT } from '../../review/contract.ts';
import { EXIT } from './exit-codes.ts';
import { readCompiled } from '@sparkgate/policy-workbench/cli/policies';
import type { Host } from '@sparkgate/policy-workbench/cli/host';
import { policiesOption, policyFolder } from './host.ts';

/** `sparkgate policy replay FILE` */
export function replayCommand({ openServers }: Pick<Host, 'openServers'>): Command {
  return new Command('replay')
    .description('decide recorded decisions again, and report those that come out otherwise')
    .argument('<file>', 'decision records, as the service writes them to DECISION_LOG')
    .addOption(policiesOption())
    .addOption(new Option('-o, --output <format>').choices(['text', 'json', 'junit']).default('text'))
    .addHelpText(
      'after',
      `
A record, one a line:
  {"policy":"2c26...","revision":"7","kind":"tiktok_account","action":"view","roles":["user"],"vector":{...},"decision":true}

Exit codes:
  0   every decision comes out as it was recorded
  1   the file or the policies cannot be read, or no line of the file is a record
  3   the policies do not compile
  12  a decision comes out otherwise, or cannot be decided again
  13  a line is cut off or no record; the others are decided, and none comes out otherwise

A record holds the ids of subject and resource only where the policies that decided looked at ids. Policies that look
at ids cannot decide it again without them, nor policies that look at what was not sent then. Where policies ask for the
time, they are told that of the record.

Example:
  sparkgate policy replay decisions.ndjson --policies ../policies-with-my-edit`,
    )
    .action(async (file: string, { policies, output }: { policies?: string; output: 'text' | 'json' | 'junit' }) => {
      const folder = policyFolder(policies);
      if ((await readCompiled(folder, CONTRACT)) === null) return;
      const replayed = await replay(readRecords(file), { folder, timeZone: readConfig().clockTimeZone, openServers });
      const isWrong = replayed.wrong.length > 0;
      if (replayed.records > 0 || isWrong) process.stdout.write(replayReport(replayed, output));
      if (replayed.records === 0) throw new PlatformError(`There is no decision record in ${file}.`);
      if (replayed.differences.length + replayed.withoutIds.length > 0) process.exitCode = EXIT.replayDiffers;
      else if (isWrong) process.exitCode = EXIT.recordUnreadable;
    });
}
