import { Command } from 'commander';
import { endOnSignals } from '@sparkgate/cerbos-pdp/temporary-folder';
import { coverageCommand } from '@sparkgate/policy-workbench/cli/coverage';
import { admitCommand } from './policy/admit.ts';
import { applyCommand, hashCommand, rollbackCommand, statusCommand } from './policy/live.ts';
import type { Host } from '@sparkgate/policy-workbench/cli/host';
import { HOST } from './policy/host.ts';
import { explainCommand } from './policy/explain.ts';
import { impactCommand } from './policy/impact.ts';
import { lintCommand } from '@sparkgate/policy-workbench/cli/lint';
import { mutateCommand } from '@sparkgate/policy-workbench/cli/mutate';
import { newCommand } from '@sparkgate/policy-workbench/cli/new';
import { replayCommand } from './policy/replay.ts';
import { testCommand } from '@sparkgate/policy-workbench/cli/test';
import { verifyCommand } from '@sparkgate/policy-workbench/cli/verify';

/** `sparkgate policy ...`: one file a command, in the folder beside this one. */
export function policyCommand(host: Host = HOST): Command {
  return new Command('policy')
    .description('what security reviewers need')
    .hook('preAction', endOnSignals)
    .addCommand(testCommand(host))
    .addCommand(verifyCommand(host))
    .addCommand(coverageCommand(host))
    .addCommand(mutateCommand(host))
    .addCommand(lintCommand(host))
    .addCommand(impactCommand(host))
    .addCommand(explainCommand(host))
    .addCommand(replayCommand(host))
    .addCommand(newCommand(host))
    .addCommand(applyCommand())
    .addCommand(admitCommand(host))
    .addCommand(rollbackCommand())
    .addCommand(statusCommand())
    .addCommand(hashCommand());
}
