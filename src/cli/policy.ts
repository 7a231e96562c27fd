import { Command } from 'commander';
import { coverageCommand } from '@sparkgate/policy-workbench/cli/coverage';
import { applyCommand, hashCommand, rollbackCommand, statusCommand } from './policy/live.ts';
import { HOST } from './policy/host.ts';
import { explainCommand } from './policy/explain.ts';
import { impactCommand } from './policy/impact.ts';
import { mutateCommand } from '@sparkgate/policy-workbench/cli/mutate';
import { newCommand } from '@sparkgate/policy-workbench/cli/new';
import { replayCommand } from './policy/replay.ts';
import { testCommand } from '@sparkgate/policy-workbench/cli/test';
import { verifyCommand } from '@sparkgate/policy-workbench/cli/verify';

/** `sparkgate policy ...`: one file a command, in the folder beside this one. */
export function policyCommand(): Command {
  return new Command('policy')
    .description('what security reviewers need')
    .addCommand(testCommand(HOST))
    .addCommand(verifyCommand(HOST))
    .addCommand(coverageCommand(HOST))
    .addCommand(mutateCommand(HOST))
    .addCommand(impactCommand())
    .addCommand(explainCommand())
    .addCommand(replayCommand())
    .addCommand(newCommand(HOST))
    .addCommand(applyCommand())
    .addCommand(rollbackCommand())
    .addCommand(statusCommand())
    .addCommand(hashCommand());
}
