import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readConfig } from '../config.ts';
import { importFacts, type Imported } from '../domain/import/import-facts.ts';
import { ImportMode, ReplaceScope, type Replacement } from '../domain/import/modes.ts';
import { inOfflineContext } from '../runtime/offline-context.ts';
import { PlatformError } from '../platform/platform-error.ts';

interface Options {
  mode: ImportMode;
  scope?: ReplaceScope[];
  bc?: string[];
  maxEnded?: number;
  dryRun?: boolean;
}

/** `sparkgate import FILE` */
export function importCommand(): Command {
  return new Command('import')
    .description('import facts from an NDJSON file, one a line: all of them or none')
    .argument('<file>', 'the file, such as facts.ndjson')
    .addOption(
      new Option('--mode <mode>', 'reopen: open again what a person ended; replace: end what the file lacks')
        .choices(ImportMode.options)
        .default('merge'),
    )
    .addOption(new Option('--scope <scopes...>', 'what replace may end').choices(ReplaceScope.options))
    .option('--bc <ids...>', 'the Business Centers in which replace may end it')
    .option('--max-ended <percent>', 'the most of each scope that may end, in per cent (default: 10)', percent)
    .option('--dry-run', 'only tell what would change')
    .addHelpText('after', '\nExample line:\n  {"type":"member","bc_id":"bc1","user_id":"sam","user_role":"STANDARD"}')
    .action(async (file: string, options: Options) => {
      const { mode, dryRun = false } = options;
      const replacement = replacementOf(options);
      const { size } = await stat(file).catch((cause: unknown) => {
        throw new PlatformError(`${file} cannot be read.`, { cause });
      });
      const stream = createReadStream(file);
      const onProgress = process.stderr.isTTY
        ? showProgress(() => stream.bytesRead / Math.max(size, 1))
        : () => undefined;
      const { result, revision } = await inOfflineContext(readConfig(), async (ctx) =>
        importFacts(ctx, stream, { mode, replacement, dryRun, onProgress }),
      );
      const head = dryRun ? 'Nothing was changed. It would be:' : `Imported at revision ${revision}:`;
      process.stdout.write(`${[head, ...report(result)].join('\n')}\n`);
    });
}

function percent(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 100) return Number(text);
  throw new InvalidArgumentError('takes a whole number from 0 to 100.');
}

/** What ends where the file lacks it; null = nothing. @throws PlatformError for options that say nothing together */
function replacementOf({ mode, scope, bc, maxEnded, dryRun = false }: Options): Replacement | null {
  if (mode === 'replace') {
    if (scope && bc) return { scopes: scope, bcIds: bc, maxEnded: maxEnded ?? 10, dryRun };
    throw new PlatformError('--mode replace takes --scope and --bc: what may end, and where.');
  }
  if (scope || bc || maxEnded !== undefined) {
    throw new PlatformError('--scope, --bc and --max-ended are for --mode replace.');
  }
  return null;
}

/** What came in by type, which lines did not, and what ended. */
function report({ imported, skipped, skipped_count: count, ended, ending }: Imported): string[] {
  return [
    ...Object.entries(imported).map(([type, of]) => `  ${type}  ${of}`),
    ...some('Skipped, because a person ended it (--mode reopen opens it again)', count, skipped, ({ line, reason }) => [
      `line ${line}`,
      reason,
    ]),
    ...some('Ended, because the file lacks it', totalOf(ended), ending, (fact) => Object.values(fact)),
  ];
}

function some<It>(title: string, count: number, named: readonly It[], words: (it: It) => string[]): string[] {
  if (count === 0) return [];
  const more = count > named.length ? [`  and ${count - named.length} more`] : [];
  return [`${title}: ${count}`, ...named.map((it) => `  ${words(it).join('  ')}`), ...more];
}

function totalOf(counts: Imported['ended']): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** One line that is written over, on a terminal. */
function showProgress(share: () => number): (lines: number) => void {
  return (lines) => {
    const done = Math.min(100, Math.round(share() * 100));
    process.stderr.write(`\r${lines} lines read, ${done}%${done === 100 ? ', applying …\n' : ''}`);
  };
}
