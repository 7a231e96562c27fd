import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PdpClient } from '@sparkgate/cerbos-pdp/client';
import { accountOf } from '../platform/accounts.ts';
import { startSupervisor, type Children } from '../platform/children.ts';
import { startEmbeddedCerbos } from '../platform/embedded-cerbos.ts';
import { openTo, share } from '../platform/folders.ts';
import { removeTree } from '../platform/tree.ts';

/** Policy servers of the workbench's own; all are gone when it is closed. */
export class PolicyServers {
  readonly #children: Children;
  readonly #folder: string;
  #count = 0;

  private constructor(children: Children, folder: string) {
    this.#children = children;
    this.#folder = folder;
  }

  static async open(): Promise<PolicyServers> {
    const folder = await mkdtemp(join(tmpdir(), 'sg-bench-'));
    await openTo(folder, (await accountOf('cerbos'))?.passage ?? null);
    return new PolicyServers(await startSupervisor({ onEvent: () => undefined }), folder);
  }

  /**
   * Starts a real PDP over a copy of a policy folder, so that an edit meanwhile changes nothing.
   * @throws PlatformError with the policy server's complaint when the policies do not load
   */
  async start(policyDir: string): Promise<{ pdp: PdpClient; stop: () => Promise<void> }> {
    this.#count += 1;
    const name = `bench-${this.#count}`;
    const copy = join(this.#folder, name);
    const runDir = join(this.#folder, 'run');
    await mkdir(runDir, { recursive: true });
    await cp(policyDir, copy, { recursive: true, dereference: true });
    await share(copy, (await accountOf('cerbos'))?.gid ?? null);
    const options = { name, policyDir: copy, runDir, copyOf: policyDir };
    const { target } = await startEmbeddedCerbos(this.#children, options);
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
  }
}
