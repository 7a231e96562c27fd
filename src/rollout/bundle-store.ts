import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from '../platform/accounts.ts';
import { openTo, ownFolder, share } from '../platform/folders.ts';
import { PlatformError } from '../platform/platform-error.ts';
import type { Suite } from './admission.ts';
import { writePolicyFolder, type PolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';

/** Where a bundle came from. */
export type BundleSource = 'POLICY_DIR' | 'apply' | 'rollback';

/** Where the bundle that decides came from; `CERBOS_TARGET`: a Cerbos that others run has it. */
export type PolicySource = BundleSource | 'CERBOS_TARGET';

/** Who offered a bundle; `admit`: the command that only examines one. */
export type OfferSource = PolicySource | 'admit';

/** Which bundle decides, and what a restart must know of how it came to. */
export interface BundleRecord {
  /** The bundle that decides: it has been live, so it is good. */
  current: string;
  /** The one before it, for a rollback; null = there was none. */
  previous: string | null;
  source: BundleSource;
  /** When it began to decide, as an ISO time. */
  since: string;
  /** The suites that hold these two, by their hashes; null = nothing does. */
  suite: string | null;
  previousSuite: string | null;
  /** The content of POLICY_DIR that was last taken or passed over for another, and the suite there; null = none yet. */
  seen: string | null;
  seenSuite: string | null;
}

const NO_SUITES = { suite: null, previousSuite: null, seenSuite: null };

const BUNDLE = /^[0-9a-f]{64}(?:\.suite)?(?:\.new)?$/;

/** Bundles as they were, under the names of their contents, in a folder that nobody edits; and which of them counts. */
export class BundleStore {
  readonly #folder: string;
  readonly #readers: number | null;

  private constructor(folder: string, readers: number | null) {
    this.#folder = folder;
    this.#readers = readers;
  }

  /**
   * @param dataDir the data directory; bundles are kept below it
   * @param reader who besides this process's own user may read bundles, if anybody
   */
  static async open(dataDir: string, reader: Account | null): Promise<BundleStore> {
    const folder = join(dataDir, 'bundles');
    const readers = reader?.gid ?? null;
    await ownFolder(folder);
    if (reader) await openTo(dataDir, reader.passage);
    await openTo(folder, readers);
    const store = new BundleStore(folder, readers);
    const kept = (await readdir(folder)).filter((name) => BUNDLE.test(name));
    for (const hash of kept) await share(store.folderOf(hash), readers);
    return store;
  }

  /** Keeps a bundle and tells its folder. It is complete or not there. */
  async keep(folder: PolicyFolder): Promise<string> {
    return this.#keep(folder, this.folderOf(folder.hash));
  }

  /** Keeps a suite of tests, as bundles are kept. */
  async keepSuite(folder: PolicyFolder): Promise<Suite> {
    const { hash } = folder;
    return { hash, folder: await this.#keep(folder, this.#suiteFolder(hash)) };
  }

  folderOf(hash: string): string {
    return join(this.#folder, hash);
  }

  async has(hash: string): Promise<boolean> {
    return isThere(this.folderOf(hash));
  }

  /** A suite that was kept; null where it is not there, or none is named. */
  async suite(hash: string | null): Promise<Suite | null> {
    const folder = hash === null ? null : this.#suiteFolder(hash);
    return hash !== null && folder !== null && (await isThere(folder)) ? { hash, folder } : null;
  }

  #suiteFolder(hash: string): string {
    return join(this.#folder, `${hash}.suite`);
  }

  async #keep(folder: PolicyFolder, place: string): Promise<string> {
    if (await isThere(place)) return place;
    const partial = `${place}.new`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true, mode: 0o700 });
    await writePolicyFolder(folder, partial, { flush: true });
    await share(partial, this.#readers);
    await rename(partial, place);
    return place;
  }

  /** Null before the first bundle. @throws PlatformError when it cannot be read */
  async read(): Promise<BundleRecord | null> {
    const text = await readFile(this.#record, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (text === null) return null;
    try {
      // Before suites were kept, records named none.
      return { ...NO_SUITES, ...(JSON.parse(text) as Omit<BundleRecord, keyof typeof NO_SUITES>) };
    } catch (cause) {
      throw new PlatformError(`${this.#record} cannot be read; remove it to start from POLICY_DIR.`, { cause });
    }
  }

  /** Writes it whole or not at all, and so that it outlives a power cut. */
  async write(record: BundleRecord): Promise<void> {
    const partial = `${this.#record}.new`;
    await writeFile(partial, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600, flush: true });
    await rename(partial, this.#record);
    await using folder = await open(this.#folder);
    await folder.sync();
  }

  /** Removes all bundles but these, and all suites but those of a record. */
  async sweep(bundles: ReadonlySet<string>, { suite, previousSuite }: BundleRecord): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    const needed = new Set([...bundles, ...[suite, previousSuite].map((hash) => `${hash}.suite`)]);
    const idle = names.filter((name) => BUNDLE.test(name) && !needed.has(name));
    await Promise.all(idle.map(async (name) => rm(join(this.#folder, name), { recursive: true, force: true })));
  }

  get #record(): string {
    return join(this.#folder, 'record.json');
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
