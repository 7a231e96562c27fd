import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pdp } from '../decision/pdp.ts';
import { startSupervisor, type Children } from '../platform/children.ts';
import { startEmbeddedCerbos } from '../platform/embedded-cerbos.ts';

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
    return new PolicyServers(await startSupervisor({ onEvent: () => undefined }), folder);
  }

  /**
   * Starts a real PDP over a copy of a policy folder, so that an edit meanwhile changes nothing.
   * @throws PlatformError with the policy server's complaint when the policies do not load
   */
  async start(policyDir: string): Promise<{ pdp: Pdp; stop: () => Promise<void> }> {
    this.#count += 1;
    const name = `bench-${this.#count}`;
    const copy = join(this.#folder, name);
    const runDir = join(this.#folder, 'run');
    await mkdir(runDir, { recursive: true });
    await cp(policyDir, copy, { recursive: true, dereference: true });
    const options = { name, policyDir: copy, runDir, copyOf: policyDir };
    const { target } = await startEmbeddedCerbos(this.#children, options);
    const pdp = new Pdp(target);
    return {
      pdp,
      stop: async () => {
        pdp.close();
        await this.#children.stop(name);
        await rm(copy, { recursive: true, force: true });
      },
    };
  }

  async close(): Promise<void> {
    await this.#children.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
