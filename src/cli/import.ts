import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { readConfig } from '../config.ts';
import { importFacts, type Imported } from '../domain/import/import-facts.ts';
import { ImportMode } from '../domain/import/modes.ts';
import { inOfflineContext } from '../runtime/offline-context.ts';
import { PlatformError } from '../platform/platform-error.ts';

/** `sparkgate import FILE` */
export function importCommand(): Command {
  return new Command('import')
    .description('import facts from an NDJSON file, one a line: all of them or none')
    .argument('<file>', 'the file, such as facts.ndjson')
    .addOption(
      new Option('--mode <mode>', 'whether to open again what an owner or an administrator ended')
        .choices(['merge', 'reopen'])
        .default('merge'),
    )
    .addHelpText('after', '\nExample line:\n  {"type":"member","bc_id":"bc1","user_id":"sam","user_role":"STANDARD"}')
    .action(async (file: string, { mode }: { mode: ImportMode }) => {
      const { size } = await stat(file).catch((cause: unknown) => {
        throw new PlatformError(`${file} cannot be read.`, { cause });
      });
      const stream = createReadStream(file);
      const onProgress = process.stderr.isTTY
        ? showProgress(() => stream.bytesRead / Math.max(size, 1))
        : () => undefined;
      const { result, revision } = await inOfflineContext(readConfig(), async (ctx) =>
        importFacts(ctx, stream, { mode, onProgress }),
      );
      process.stdout.write(`${[`Imported at revision ${revision}:`, ...report(result)].join('\n')}\n`);
    });
}

/** What came in by type, and which lines did not. */
function report({ imported, skipped, skipped_count: count }: Imported): string[] {
  const lines = Object.entries(imported).map(([type, of]) => `  ${type}  ${of}`);
  if (count === 0) return lines;
  const named = skipped.map(({ line, reason }) => `  line ${line}  ${reason}`);
  const more = count > skipped.length ? [`  and ${count - skipped.length} more`] : [];
  return [...lines, `Skipped, because a person ended it (--mode reopen opens it again): ${count}`, ...named, ...more];
}

/** One line that is written over, on a terminal. */
function showProgress(share: () => number): (lines: number) => void {
  return (lines) => {
    const percent = Math.min(100, Math.round(share() * 100));
    process.stderr.write(`\r${lines} lines read, ${percent}%${percent === 100 ? ', applying …\n' : ''}`);
  };
}
