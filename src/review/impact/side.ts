import type { PdpClient } from '@sparkgate/cerbos-pdp/client';
import type { PolicyServers } from '@sparkgate/cerbos-pdp/policy-servers';
import { UnreadableExpression } from '@sparkgate/cerbos-policies/expressions';
import { readKindTexts, type KindText } from '@sparkgate/cerbos-policies/kind-text';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import { bundleOf, type Bundle } from '../../decision/bundle.ts';

/** A bundle of policies, and a PDP that decides by it once somebody asks. */
export interface Side {
  folder: string;
  policies: Policies;
  bundle: Bundle;
  /** What the policies say, kind by kind; null where an expression is beyond what the workbench reads. */
  texts: ReadonlyMap<string, KindText> | null;
  /** @throws PolicyError where no policy server starts on it */
  pdp: () => Promise<PdpClient>;
}

/** Reads a folder, to serve it where something is asked. @param orNone whether it may be empty @throws PlatformError */
export async function openSide(folder: string, servers: PolicyServers, orNone = false): Promise<Side> {
  const policies = await readPolicies(folder, { orNone });
  const bundle = bundleOf(policies);
  let served: ReturnType<PolicyServers['start']> | null = null;
  const pdp = async (): Promise<PdpClient> => (await (served ??= servers.start(folder))).pdp;
  return { folder, policies, bundle, texts: textsOf(policies), pdp };
}

function textsOf(policies: Policies): ReadonlyMap<string, KindText> | null {
  try {
    return readKindTexts(policies);
  } catch (error) {
    if (error instanceof UnreadableExpression) return null;
    throw error;
  }
}
