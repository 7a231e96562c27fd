import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { changedLines } from '../mutate/changed-lines.ts';
import { mutatePolicies } from '../mutate/mutate-policies.ts';
import { mutateReport, survivors } from '../mutate/mutate-report.ts';
import { EXIT } from './exit-codes.ts';
import { policiesOption, readCompiled, requireTests } from './policies.ts';
import { policyFolder, type Host } from './host.ts';
import { progressLine } from './progress.ts';

interface Options {
  policies?: string;
  invariants: string;
  changedSince?: string;
  output: 'text' | 'json' | 'junit';
}

/** `mutate` */
export function mutateCommand(host: Host): Command {
  return new Command('mutate')
    .description('put one mistake after the other into the policies, and see which of them no test notices')
    .argument('[tests]', 'the folder of tests', 'policy-tests')
    .addOption(policiesOption(host))
    .option('-i, --invariants <file>', 'the invariants that survivors are held against', 'policy-tests/invariants.yaml')
    .option('-s, --changed-since <ref>', 'only mistakes in lines that differ from this git revision')
    .addOption(new Option('-o, --output <format>').choices(['text', 'json', 'junit']).default('text'))
    .addHelpText(
      'after',
      `
Exit codes:
  0  every mistake that decides anything otherwise is noticed by a test
  1  a folder is missing or unreadable, the tests fail as it is, or git does not know the revision
  3  the policies do not compile
  7  a mistake goes unnoticed; printed is the missing test, or why nobody can tell whether it matters

Example:
  ${host.program} mutate --changed-since origin/main`,
    )
    .action(async (tests: string, { policies, invariants, changedSince, output }: Options) => {
      const folder = policyFolder(host, policies);
      await requireTests(tests);
      const read = await readCompiled(folder);
      if (read === null) return;
      const within = changedSince === undefined ? null : await changedLines(folder, changedSince);
      const progress = progressLine();
      const mutated = await mutatePolicies({
        folder,
        policies: read,
        tests,
        invariants: existsSync(invariants) ? invariants : null,
        within,
        contract: host.contract,
        openServers: host.openServers,
        progress: (tried, of) => progress.show(`${tried} of ${of} mutants`),
      });
      progress.end();
      process.stdout.write(mutateReport(mutated, output, host.contract));
      if (survivors(mutated).length > 0) process.exitCode = EXIT.mutantSurvives;
    });
}
