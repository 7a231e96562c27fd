import { Command } from 'commander';
import { coverageCommand } from './policy/coverage.ts';
import { applyCommand, hashCommand, rollbackCommand, statusCommand } from './policy/live.ts';
import { explainCommand } from './policy/explain.ts';
import { impactCommand } from './policy/impact.ts';
import { mutateCommand } from './policy/mutate.ts';
import { newCommand } from './policy/new.ts';
import { replayCommand } from './policy/replay.ts';
import { testCommand } from './policy/test.ts';
import { verifyCommand } from './policy/verify.ts';

/** `sparkgate policy ...`: one file a command, in the folder beside this one. */
export function policyCommand(): Command {
  return new Command('policy')
    .description('what security reviewers need')
    .addCommand(testCommand())
    .addCommand(verifyCommand())
    .addCommand(coverageCommand())
    .addCommand(mutateCommand())
    .addCommand(impactCommand())
    .addCommand(explainCommand())
    .addCommand(replayCommand())
    .addCommand(newCommand())
    .addCommand(applyCommand())
    .addCommand(rollbackCommand())
    .addCommand(statusCommand())
    .addCommand(hashCommand());
}
