import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { policyChanges, changeLine } from '@sparkgate/cerbos-policies/policy-changes';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import { baseCommit, folderAt } from '@sparkgate/policy-workbench/base/base-folder';
import { readBase } from '@sparkgate/policy-workbench/base/changes-since';
import type { Host } from '@sparkgate/policy-workbench/cli/host';
import {
  isForPeople,
  outputOption,
  reporting,
  writeOutputs,
  type Output,
} from '@sparkgate/policy-workbench/cli/outputs';
import { complaintsAbout, readCompiled } from '@sparkgate/policy-workbench/cli/policies';
import { progressLine } from '@sparkgate/policy-workbench/cli/progress';
import { sayFindings } from '@sparkgate/policy-workbench/findings';
import { readSuites, type Suite } from '@sparkgate/policy-workbench/tests/suites';
import { readConfig } from '../../config.ts';
import { PlatformError } from '../../platform/platform-error.ts';
import { UNTOLD } from '../../review/impact/comparison.ts';
import { impactFindings } from '../../review/impact/impact-findings.ts';
import { IMPACT_OUTPUTS, impactReport, type ImpactOutput } from '../../review/impact/impact-report.ts';
import { impactOf, type Impact } from '../../review/impact/impact.ts';
import { verdictOf } from '../../review/impact/verdict.ts';
import { CONTRACT } from '../../review/contract.ts';
import type { Live } from '../../review/live.ts';
import { EXIT } from './exit-codes.ts';
import { policiesOption, policyFolder } from './host.ts';
import { withLiveDatabase } from './live-database.ts';

interface Options {
  policies?: string;
  tests: string;
  base?: string;
  baseDir?: string;
  names: number;
  database: boolean;
  output: readonly Output<ImpactOutput>[];
}

/** `sparkgate policy impact` */
export function impactCommand({ openServers }: Pick<Host, 'openServers'>): Command {
  return new Command('impact')
    .description('say for whom decisions change between two states of the policies, over the real relationships')
    .addOption(policiesOption())
    .option('-b, --base <ref>', 'the git revision to compare with, at the commit where this one left it')
    .addOption(new Option('--base-dir <dir>', 'a folder to compare with').conflicts('base'))
    .option(
      '-t, --tests <dir>',
      'tests whose subjects and resources stand for kinds without a closed schema',
      'policy-tests',
    )
    .option('-n, --names <count>', 'name so many pairs for each change', whole, 10)
    .option('--no-database', 'compare all situations there can be, and ask for whom they hold nowhere')
    .addOption(outputOption(IMPACT_OUTPUTS, 'text'))
    .addHelpText(
      'after',
      `
The database is DATABASE_URL, or the embedded one of DATA_DIR, whether the service runs or not. It is only read.

Exit codes:
  0   no decision changes for anybody who is there; without a database: none changes at all
  1   a folder, the revision or the database cannot be read
  3   the policies do not compile, or read what is never sent
  9   it cannot be told what changes, and nobody was found who gains; so too where the base does not compile
  10  somebody gains something; without a database: something becomes allowed
  11  nobody gains anything, and somebody loses something
  14  something becomes allowed, and nobody who is there meets it today

Examples:
  sparkgate policy impact --base origin/main --names 20
  sparkgate policy impact --base-dir ../policies-as-they-are --output markdown=impact.md --output github`,
    )
    .action(async (options: Options) =>
      reporting(options.output, 'policy impact', async () => impact(options, openServers)),
    );
}

async function impact(options: Options, openServers: Host['openServers']): Promise<void> {
  const head = policyFolder(options.policies);
  const base = await baseOf(head, options);
  try {
    const policies = await readCompiled(head, CONTRACT, options.output);
    if (policies === null) return;
    const before = await readBase(base.folder);
    const complaints = before.unreadable === null && base.isThere ? await complaintsAbout(base.folder) : [];
    const unusable = before.unreadable ?? complaints[0]?.message ?? null;
    const found =
      unusable === null
        ? await compared(base, head, { options, openServers })
        : withoutBase(policies, before.policies, { called: base.called, why: unusable });
    const findings = impactFindings(found, head);
    sayFindings(findings, isForPeople(options.output));
    await writeOutputs(options.output, (format) => impactReport(found, format, head));
    process.exitCode = CODES[verdictOf(found)];
  } finally {
    await base.remove();
  }
}

const CODES = {
  gains: EXIT.someoneGains,
  untold: EXIT.cannotTell,
  loses: EXIT.someoneLoses,
  widens: EXIT.widens,
  nothing: EXIT.fine,
} as const;

async function compared(
  base: Base,
  head: string,
  { options, openServers }: { options: Options; openServers: Host['openServers'] },
): Promise<Impact> {
  const progress = progressLine();
  const compare = async (live: Live | null): Promise<Impact> =>
    impactOf({
      base: base.folder,
      head,
      called: base.called,
      suites: [...base.suites, ...(await suitesIn(options.tests)), ...(await suitesIn(head))],
      isNew: !base.isThere,
      live,
      names: options.names,
      progress: (said) => progress.show(said),
      openServers,
    });
  const impacted = options.database ? await withLiveDatabase(readConfig(), compare) : await compare(null);
  progress.end();
  return impacted;
}

/** What can be said where the base is what is wrong: an edit that mends it is not to blame. */
function withoutBase(head: Policies, base: Policies, { called, why }: { called: string; why: string }): Impact {
  return {
    base: '',
    head: head.hash,
    called,
    written: policyChanges(base, head).map(changeLine),
    changes: [],
    spaces: [],
    gone: [],
    notes: [`${UNTOLD} what changes: THE BASE, ${called}, does not compile. ${why}`],
    live: null,
    decided: 0,
    seconds: 0,
  };
}

interface Base {
  folder: string;
  called: string;
  isThere: boolean;
  suites: readonly Suite[];
  remove: () => Promise<void>;
}

async function baseOf(head: string, { base, baseDir, tests }: Options): Promise<Base> {
  if (baseDir !== undefined) {
    return { folder: resolve(baseDir), called: baseDir, isThere: true, suites: [], remove: async () => undefined };
  }
  if (base === undefined) throw new PlatformError('Name what to compare with: --base REF, or --base-dir DIR.');
  const commit = await baseCommit(head, base);
  const policies = await folderAt(head, commit);
  try {
    return { ...policies, suites: [...(await suitesAt(tests, commit)), ...(await suitesIn(policies.folder))] };
  } catch (error) {
    await policies.remove();
    throw error;
  }
}

async function suitesAt(tests: string, commit: Awaited<ReturnType<typeof baseCommit>>): Promise<Suite[]> {
  // A folder of tests that is not there, or not in this repository, has no base.
  const base = await folderAt(tests, commit).catch(() => null);
  if (base === null) return [];
  try {
    return await suitesIn(base.folder);
  } finally {
    await base.remove();
  }
}

const suitesIn = async (folder: string): Promise<Suite[]> => [
  ...(await readSuites(folder).catch(() => new Map<string, Suite>())).values(),
];

function whole(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('takes a whole number.');
  return Number(text);
}
