import { relative, resolve } from 'node:path';
import { Command } from 'commander';
import { newKind } from '../new/new-kind.ts';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import { policyFolder, type Host } from './host.ts';
import { policiesOption } from './policies.ts';

/** `new KIND` */
export function newCommand(host: Host): Command {
  return new Command('new')
    .description('write a policy, a schema and a test to start from, for a kind of your own')
    .argument('<kind>', 'what the kind is called, such as shopping_list')
    .addOption(policiesOption(host))
    .option('-t, --tests <dir>', 'the folder of tests', 'policy-tests')
    .addHelpText(
      'after',
      `
Nothing is overwritten, and what is written passes ${host.program} test as it is.

Exit codes:
  0  the files are written
  1  the name will not do, or there is such a policy or file already

Example:
  ${host.program} new shopping_list && ${host.program} test`,
    )
    .action(async (kind: string, { policies: named, tests }: { policies?: string; tests: string }) => {
      const policies = policyFolder(host, named);
      const { resources } = await readPolicies(policies, { orNone: true });
      const known = new Set(resources.map((it) => it.kind));
      const written = await newKind(kind, { policies, tests: resolve(tests), known }, host.contract);
      process.stdout.write(written.map((file) => `${relative(process.cwd(), file)}\n`).join(''));
    });
}
