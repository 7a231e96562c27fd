import { resolve } from 'node:path';
import type { OpenPolicyServers } from '@sparkgate/cerbos-pdp/policy-servers';
import type { Contract } from '../contract.ts';

/** The program that these commands are part of. */
export interface Host {
  /** What people type before a command's name, such as `policy-workbench`. */
  program: string;
  /** The folder of policies where none is named, and what it is called in help. */
  policies: { folder: () => string; called: string };
  /** The folder of tests where none is named; null: where the workbench looks for it. */
  tests: () => string | null;
  contract: Contract;
  openServers: OpenPolicyServers;
}

/** The folder of policies that a command is about. */
export const policyFolder = (host: Host, named: string | undefined): string =>
  named === undefined ? host.policies.folder() : resolve(named);
