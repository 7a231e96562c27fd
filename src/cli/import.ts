import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { importFacts } from '../domain/import/import-facts.ts';
import { asOperator } from '../operator.ts';
import { PlatformError } from '../platform/platform-error.ts';

/** `sparkgate import FILE` */
export function importCommand(): Command {
  return new Command('import')
    .description('import facts from an NDJSON file, one a line: all of them or none')
    .argument('<file>', 'the file, such as facts.ndjson')
    .addHelpText('after', '\nExample line:\n  {"type":"member","bc_id":"bc1","user_id":"sam","user_role":"STANDARD"}')
    .action(async (file: string) => {
      const { size } = await stat(file).catch((cause: unknown) => {
        throw new PlatformError(`${file} cannot be read.`, { cause });
      });
      const stream = createReadStream(file);
      const progress = process.stderr.isTTY
        ? showProgress(() => stream.bytesRead / Math.max(size, 1))
        : () => undefined;
      const { result, revision } = await asOperator(readConfig(), async (ctx) => importFacts(ctx, stream, progress));
      const counts = Object.entries(result).map(([type, count]) => `  ${type}  ${count}`);
      process.stdout.write(`Imported at revision ${revision}:\n${counts.join('\n')}\n`);
    });
}

/** One line that is written over, on a terminal. */
function showProgress(share: () => number): (lines: number) => void {
  return (lines) => {
    const percent = Math.min(100, Math.round(share() * 100));
    process.stderr.write(`\r${lines} lines read, ${percent}%${percent === 100 ? ', applying …\n' : ''}`);
  };
}
