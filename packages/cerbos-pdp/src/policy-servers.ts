import type { PdpClient } from './client.ts';

/** A policy server that decides by a folder as it was when it started. */
export interface ServedPolicies {
  pdp: PdpClient;
  stop: () => Promise<void>;
}

/** Policy servers for a while; all are gone when it is closed. */
export interface PolicyServers {
  /** @throws PolicyError with the policy server's complaint when the policies do not load */
  start: (policyDir: string) => Promise<ServedPolicies>;
  close: () => Promise<void>;
}

export type OpenPolicyServers = () => Promise<PolicyServers>;
