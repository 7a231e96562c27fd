import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { readTestReport } from '@sparkgate/cerbos-pdp/test-report';
import { changesSince } from '../base/changes-since.ts';
import { githubLines, sayFindings } from '../findings.ts';
import { mutatePolicies, type Shard } from '../mutate/mutate-policies.ts';
import { mutateFindings, mutateReport, verdictOf } from '../mutate/mutate-report.ts';
import { EXIT } from './exit-codes.ts';
import { policyFolder, type Host } from './host.ts';
import { isForPeople, outputOption, reporting, writeOutputs, type Output } from './outputs.ts';
import { failWithTests, policiesOption, readCompiled, testsFolder, invariantsFile } from './policies.ts';
import { progressLine } from './progress.ts';

const FORMATS = ['text', 'json', 'junit', 'github'] as const;

interface Options {
  policies?: string;
  invariants?: string;
  changedSince?: string;
  cache?: string;
  budget?: number;
  shard?: Shard;
  output: readonly Output<(typeof FORMATS)[number]>[];
}

/** `mutate` */
export function mutateCommand(host: Host): Command {
  return new Command('mutate')
    .description('put one mistake after the other into the policies, and see which of them no test notices')
    .argument('[tests]', 'the folder of tests (default: policy-tests, or that of the policies)')
    .addOption(policiesOption(host))
    .option(
      '-i, --invariants <file>',
      'the invariants that survivors are held against (default: invariants.yaml beside the tests)',
    )
    .option('-s, --changed-since <ref>', 'only mistakes in rules that were added or changed since this git revision')
    .option('-c, --cache <file>', 'remember there what became of each mistake, and try again only what may differ')
    .option('-b, --budget <seconds>', 'begin no further mistake after so long', seconds)
    .option('--shard <part>', 'only a part of the mistakes, such as 1/4', shard)
    .addOption(outputOption(FORMATS, 'text'))
    .addHelpText(
      'after',
      `
The revision is taken at the commit where this one left it.

Exit codes:
  0  every mistake that decides anything otherwise is noticed by a test, or nothing that decides has changed
  1  a folder is missing or unreadable, a test is broken, or git does not know the revision
  3  the policies do not compile, or read what is never sent
  4  a test fails as it is
  7  a mistake goes unnoticed; printed is the missing test
  9  none does, and it cannot be told of all: whether one that no test notices matters, what is left when time is up,
     or what an edit means that took something away and left nothing to put a mistake into

Examples:
  ${host.program} mutate --changed-since origin/main
  ${host.program} mutate --cache .mutants.json --budget 300 --shard 2/4`,
    )
    .action(async (tests: string | undefined, options: Options) =>
      reporting(options.output, 'policy mutate', async () => mutate(host, tests, options)),
    );
}

async function mutate(host: Host, named: string | undefined, options: Options): Promise<void> {
  const folder = policyFolder(host, options.policies);
  const tests = await testsFolder(host, named, folder);
  const invariants = options.invariants ?? invariantsFile(host);
  const policies = await readCompiled(folder, host.contract, options.output);
  if (policies === null) return;
  const { code, stdout, stderr } = await compilePolicies(folder, { tests, output: 'json' });
  if (code !== 0) return failWithTests(readTestReport(stdout, stderr), tests, options.output);
  const { changedSince } = options;
  const progress = progressLine();
  const mutated = await mutatePolicies({
    folder,
    policies,
    tests,
    report: stdout,
    invariants: existsSync(invariants) ? invariants : null,
    since: changedSince === undefined ? null : await changesSince(folder, policies, changedSince),
    shard: options.shard ?? null,
    budget: options.budget ?? null,
    cache: options.cache ?? null,
    contract: host.contract,
    openServers: host.openServers,
    progress: (tried, of) => progress.show(`${tried} of ${of} mutants`),
  });
  progress.end();
  const findings = mutateFindings(mutated, folder, host.contract);
  sayFindings(findings, isForPeople(options.output));
  await writeOutputs(options.output, (format) =>
    format === 'github' ? githubLines(findings) : mutateReport(mutated, format, host.contract),
  );
  process.exitCode = { fine: EXIT.fine, survives: EXIT.mutantSurvives, untold: EXIT.cannotTell }[verdictOf(mutated)];
}

function seconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('takes a whole number of seconds.');
  return Number(text);
}

function shard(text: string): Shard {
  const [, index, count] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || count === undefined || index < 1 || index > count)
    throw new InvalidArgumentError('takes a part of so many, such as 1/4.');
  return { index, count };
}
