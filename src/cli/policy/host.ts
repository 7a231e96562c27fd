import { policiesOption as optionOf } from '@sparkgate/policy-workbench/cli/policies';
import { policyFolder as folderOf, type Host } from '@sparkgate/policy-workbench/cli/host';
import type { Option } from 'commander';
import { readConfig } from '../../config.ts';
import { CONTRACT } from '../../review/contract.ts';
import { openServers } from '../../review/policy-servers.ts';

/** This program, as the commands of the workbench know it. */
export const HOST: Host = {
  program: 'sparkgate policy',
  policies: { folder: () => readConfig().policyDir, called: 'POLICY_DIR' },
  tests: () => readConfig().policyTestsDir,
  contract: CONTRACT,
  openServers,
};

/** `--policies DIR`: the folder, `POLICY_DIR` unless named. */
export const policiesOption = (): Option => optionOf(HOST);

/** The folder of policies that a command is about. */
export const policyFolder = (named: string | undefined): string => folderOf(HOST, named);
