import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PdpClient } from '@sparkgate/cerbos-pdp/client';
import type { OpenPolicyServers, PolicyServers, ServedPolicies } from '@sparkgate/cerbos-pdp/policy-servers';
import { removeTemporary, temporaryFolder } from '@sparkgate/cerbos-pdp/temporary-folder';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { readPolicyFolder, writePolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { accountOf } from '../platform/accounts.ts';
import { startSupervisor, type Children } from '../platform/children.ts';
import { startEmbeddedCerbos } from '../platform/embedded-cerbos.ts';
import { openTo, share } from '../platform/folders.ts';
import { PlatformError } from '../platform/platform-error.ts';
import { removeTree } from '../platform/tree.ts';

/** Policy servers that are supervised as the service's own is, under a user of their own where root starts them. */
class SupervisedServers implements PolicyServers {
  readonly #children: Children;
  readonly #folder: string;
  #count = 0;

  private constructor(children: Children, folder: string) {
    this.#children = children;
    this.#folder = folder;
  }

  static async open(): Promise<SupervisedServers> {
    const folder = await temporaryFolder('sg-bench-');
    await openTo(folder, (await accountOf('cerbos'))?.passage ?? null);
    return new SupervisedServers(await startSupervisor({ onEvent: () => undefined }), folder);
  }

  /**
   * Starts a real PDP over a copy of a policy folder, so that an edit meanwhile changes nothing.
   * @throws PolicyError with the policy server's complaint when the policies do not load
   */
  async start(policyDir: string): Promise<ServedPolicies> {
    this.#count += 1;
    const name = `bench-${this.#count}`;
    const copy = join(this.#folder, name);
    const runDir = join(this.#folder, 'run');
    await mkdir(runDir, { recursive: true });
    await writePolicyFolder(await readPolicyFolder(policyDir), copy);
    await share(copy, (await accountOf('cerbos'))?.gid ?? null);
    const options = { name, policyDir: copy, runDir, copyOf: policyDir };
    const { target } = await startEmbeddedCerbos(this.#children, options).catch((error: unknown) => {
      if (!(error instanceof PlatformError)) throw error;
      throw new PolicyError(error.message, { cause: error });
    });
    const pdp = new PdpClient(target);
    return {
      pdp,
      stop: async () => {
        pdp.close();
        await this.#children.stop(name);
        await removeTree(copy);
      },
    };
  }

  async close(): Promise<void> {
    await this.#children.close();
    await removeTree(this.#folder);
    await removeTemporary(this.#folder);
  }
}

export const openServers: OpenPolicyServers = async () => SupervisedServers.open();
