import { policiesOf, type Policies } from '@sparkgate/cerbos-policies/policies';
import type { Logger } from 'pino';
import type { BundleRecord, BundleSource, BundleStore } from './bundle-store.ts';
import { PlatformError } from '../platform/platform-error.ts';
import { readPolicyFolder, type PolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { bundleOf, candidateBundle, type Bundle } from '../decision/bundle.ts';
import { requireServiceKind, testsFor, type Admit } from './admission.ts';
import type { Followers } from './followers.ts';
import type { Generation } from './generation.ts';
import type { PolicyJournal } from './journal.ts';
import { probe } from './probe.ts';
import { PoliciesRefused } from './refused.ts';

/** What deciding by an embedded Cerbos takes. */
export interface EmbeddedParts {
  policyDir: string;
  /** Where policy tests are, if not beside the policies. */
  testsDir: string | null;
  store: BundleStore;
  /** Starts a PDP on a bundle in its folder. @throws PlatformError with the PDP's complaint */
  begin: (bundle: Bundle, folder: string) => Promise<Generation>;
  admit: Admit;
  /** Other processes that decide by the same. */
  followers: Followers;
  log: Logger;
}

/** A folder that is to decide, and who says so. */
export interface Offer {
  folder: string;
  source: BundleSource;
}

interface First {
  generation: Generation;
  record: BundleRecord;
}

/**
 * What decides after a start: POLICY_DIR; or the bundle that decided last, where POLICY_DIR has not changed since or
 * must not decide. The first start ever has only POLICY_DIR, and takes it if it compiles.
 * @throws PlatformError when there is nothing to decide by
 */
export async function firstGeneration(parts: EmbeddedParts, journal: PolicyJournal): Promise<First> {
  const last = await parts.store.read();
  if (last === null || !(await parts.store.has(last.current))) return firstEver(parts);
  const offered = await readPolicyFolder(parts.policyDir).catch((cause: unknown) => unreadable(cause));
  const isNew = offered instanceof PoliciesRefused || offered.hash !== last.seen;
  if (isNew) {
    try {
      if (offered instanceof PoliciesRefused) throw offered;
      return await changedMeanwhile(parts, offered, last);
    } catch (error) {
      const over = error instanceof PoliciesRefused ? error.over : 'start';
      const message = error instanceof Error ? error.message : String(error);
      const policy = offered instanceof PoliciesRefused ? null : offered.hash;
      journal.refused({ source: 'POLICY_DIR', policy, over, message, standing: true }, last.current);
    }
  }
  const folder = parts.store.folderOf(last.current);
  const bundle = admittedOf(await readPolicyFolder(folder), folder);
  return { generation: await begun(parts, bundle, folder), record: last };
}

async function firstEver(parts: EmbeddedParts): Promise<First> {
  try {
    const found = await readPolicyFolder(parts.policyDir).catch((cause: unknown) => {
      throw unreadable(cause);
    });
    const bundle = candidateOf(found, `POLICY_DIR ${parts.policyDir}`);
    const generation = await begun(parts, bundle, await parts.store.keep(found));
    const record = recordOf(bundle, null);
    await parts.store.write(record);
    return { generation, record };
  } catch (error) {
    if (!(error instanceof PoliciesRefused)) throw error;
    throw new PlatformError(error.message, { cause: error });
  }
}

async function changedMeanwhile(parts: EmbeddedParts, found: PolicyFolder, last: BundleRecord): Promise<First> {
  const { store, policyDir, testsDir, admit, log } = parts;
  log.info(
    { policy: found.hash, last: last.current },
    'POLICY_DIR has changed since the last run; it is checked first',
  );
  const folder = await store.keep(found);
  if (found.hash !== last.current) await admit(folder, await testsFor(policyDir, testsDir));
  const bundle = candidateOf(found, policyDir);
  const generation = await begun(parts, bundle, folder);
  const record = recordOf(bundle, bundle.hash === last.current ? last.previous : last.current);
  await store.write(record);
  await store.sweep(new Set([record.current, ...(record.previous === null ? [] : [record.previous])]));
  return { generation, record };
}

/** What a folder would decide by. @throws PoliciesRefused */
export const candidateOf = (found: PolicyFolder, folder: string): Bundle => readable(found, folder, candidateBundle);

/** What a folder decided by before: what is asked of candidates since is a warning alone. @throws PoliciesRefused */
export const admittedOf = (found: PolicyFolder, folder: string): Bundle => readable(found, folder, bundleOf);

function readable(found: PolicyFolder, folder: string, read: (policies: Policies) => Bundle): Bundle {
  try {
    const bundle = read(policiesOf(found));
    requireServiceKind(bundle, folder);
    return bundle;
  } catch (cause) {
    if (cause instanceof PoliciesRefused) throw cause;
    throw new PoliciesRefused('compile', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function begun(parts: EmbeddedParts, bundle: Bundle, folder: string): Promise<Generation> {
  const generation = await parts.begin(bundle, folder);
  try {
    await probe(generation.pdp, bundle);
    return generation;
  } catch (error) {
    await generation.retire();
    throw error;
  }
}

function recordOf({ hash }: Bundle, previous: string | null): BundleRecord {
  return { current: hash, previous, source: 'POLICY_DIR', since: new Date().toISOString(), seen: hash };
}

function unreadable(cause: unknown): PoliciesRefused {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new PoliciesRefused('folder', `POLICY_DIR cannot be read: ${why}`, { cause });
}
