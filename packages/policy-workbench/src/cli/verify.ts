import { Command } from 'commander';
import { githubLines, sayFindings } from '../findings.ts';
import { verifyPolicies } from '../verify/verify-policies.ts';
import { verifyFindings, verifyReport } from '../verify/verify-report.ts';
import { EXIT } from './exit-codes.ts';
import { isForPeople, outputOption, reporting, writeOutputs, type Output } from './outputs.ts';
import { invariantsFile, policiesOption, readCompiled } from './policies.ts';
import { policyFolder, type Host } from './host.ts';
import { progressLine } from './progress.ts';

interface Options {
  policies?: string;
  invariants?: string;
  kind?: string;
  sentence: readonly string[];
  output: readonly Output<(typeof FORMATS)[number]>[];
}

const FORMATS = ['text', 'json', 'junit', 'github'] as const;

/** `verify` */
export function verifyCommand(host: Host): Command {
  return new Command('verify')
    .description('decide every situation there can be, and hold the invariants against all of them')
    .addOption(policiesOption(host))
    .option('-i, --invariants <file>', 'the sentences that must hold (default: invariants.yaml beside the tests)')
    .option('-k, --kind <kind>', 'this kind alone')
    .option('-s, --sentence <id>', 'this sentence alone, and what it needs; may be given several times', more, [])
    .addOption(outputOption(FORMATS, 'text'))
    .addHelpText(
      'after',
      `
Exit codes:
  0  every invariant is shown to hold, in every situation
  1  the policies or the invariants cannot be read, a field or a value is misspelt, or a kind or a
     sentence is unknown
  3  the policies do not compile, or read what is never sent
  5  an invariant is violated
  8  none is, but one cannot be shown to hold (a rule looks at a whole list at once, and not all lists can be tried),
     or speaks of nothing (an action that no rule names, misspelt or gone)

Examples:
  ${host.program} verify --kind tiktok_account
  ${host.program} verify --sentence nobody-but-owners-burn --sentence readers-read`,
    )
    .action(async (options: Options) => reporting(options.output, 'policy verify', async () => verify(host, options)));
}

const more = (id: string, others: readonly string[]): string[] => [...others, id];

async function verify(host: Host, { policies, invariants, kind, sentence, output }: Options): Promise<void> {
  const folder = policyFolder(host, policies);
  const read = await readCompiled(folder, host.contract, output);
  if (read === null) return;
  const progress = progressLine();
  const verified = await verifyPolicies({
    folder,
    policies: read,
    invariants: invariants ?? invariantsFile(host),
    kind: kind ?? null,
    sentences: sentence,
    contract: host.contract,
    openServers: host.openServers,
    progress: (at, decided) => progress.show(`${at}: ${decided} decisions`),
  });
  progress.end();
  const findings = verifyFindings(verified, host.contract.words);
  sayFindings(findings, isForPeople(output));
  await writeOutputs(output, (format) =>
    format === 'github' ? githubLines(findings) : verifyReport(verified, format, host.contract.words),
  );
  if (verified.violations.length > 0) process.exitCode = EXIT.invariantViolated;
  else if (verified.doubts.length > 0) process.exitCode = EXIT.invariantDoubtful;
}
