import { Command, Option } from 'commander';
import { verifyPolicies } from '../verify/verify-policies.ts';
import { verifyReport } from '../verify/verify-report.ts';
import { EXIT } from './exit-codes.ts';
import { policiesOption, readCompiled } from './policies.ts';
import { policyFolder, type Host } from './host.ts';
import { progressLine } from './progress.ts';

interface Options {
  policies?: string;
  invariants: string;
  kind?: string;
  output: 'text' | 'json' | 'junit';
}

/** `verify` */
export function verifyCommand(host: Host): Command {
  return new Command('verify')
    .description('decide every situation there can be, and hold the invariants against all of them')
    .addOption(policiesOption(host))
    .option('-i, --invariants <file>', 'the sentences that must hold', 'policy-tests/invariants.yaml')
    .option('-k, --kind <kind>', 'this kind alone')
    .addOption(new Option('-o, --output <format>').choices(['text', 'json', 'junit']).default('text'))
    .addHelpText(
      'after',
      `
Exit codes:
  0  every invariant is shown to hold, in every situation
  1  the policies or the invariants cannot be read, a field or a value is misspelt, or the kind is unknown
  3  the policies do not compile
  5  an invariant is violated
  8  none is, but one cannot be shown to hold (a rule looks at a whole list at once, and not all lists can be tried),
     or speaks of nothing (an action that no rule names, misspelt or gone)

Example:
  ${host.program} verify --kind tiktok_account`,
    )
    .action(async ({ policies, invariants, kind, output }: Options) => {
      const folder = policyFolder(host, policies);
      const read = await readCompiled(folder);
      if (read === null) return;
      const progress = progressLine();
      const verified = await verifyPolicies({
        folder,
        policies: read,
        invariants,
        kind: kind ?? null,
        contract: host.contract,
        openServers: host.openServers,
        progress: (at, decided) => progress.show(`${at}: ${decided} decisions`),
      });
      progress.end();
      process.stdout.write(verifyReport(verified, output, host.contract.words));
      if (verified.violations.length > 0) process.exitCode = EXIT.invariantViolated;
      else if (verified.doubts.length > 0) process.exitCode = EXIT.invariantDoubtful;
    });
}
