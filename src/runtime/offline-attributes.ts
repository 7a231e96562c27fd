import { PdpClient } from '@sparkgate/cerbos-pdp/client';
import type { Config } from '../config.ts';
import { isOfThisService, readBundle, type Bundle } from '../decision/bundle.ts';
import { complaintsOf } from '../decision/policy-kinds.ts';
import type { Authorizer } from '../domain/context.ts';
import { isStoredKind } from '../facts/kinds.ts';
import { openServers } from '../review/policy-servers.ts';

type Parts = Pick<Config, 'cerbosTarget' | 'policyDir'>;

/**
 * Tells what the policies in POLICY_DIR refuse of attributes, for commands that run beside the database. A PDP is started
 * once a kind is met that has a policy, if none is configured; `stack` ends it.
 */
export function offlineAttributes(config: Parts, stack: AsyncDisposableStack): Authorizer['attributes'] {
  let bundle: Promise<Bundle> | null = null;
  let pdp: Promise<PdpClient> | null = null;
  return async (type, attributes) => {
    if (isStoredKind(type) || isOfThisService(type)) return 'stored elsewhere';
    bundle ??= readBundle(config.policyDir);
    return complaintsOf(type, attributes, {
      kinds: (await bundle).kinds,
      ask: async (question) => {
        pdp ??= pdpFor(config, stack);
        const [answer] = await (await pdp).ask([question]);
        if (!answer) throw new Error('a question got no answer');
        return answer;
      },
    });
  };
}

async function pdpFor({ cerbosTarget, policyDir }: Parts, stack: AsyncDisposableStack): Promise<PdpClient> {
  if (cerbosTarget !== null) {
    const client = new PdpClient(cerbosTarget);
    stack.defer(() => client.close());
    return client;
  }
  const servers = await openServers();
  stack.defer(async () => servers.close());
  const { pdp } = await servers.start(policyDir);
  stack.defer(() => pdp.close());
  return pdp;
}
