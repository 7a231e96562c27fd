import { policiesOf, type Policies } from '@sparkgate/cerbos-policies/policies';
import type { Logger } from 'pino';
import type { BundleRecord, BundleStore } from './bundle-store.ts';
import { PlatformError } from '../platform/platform-error.ts';
import { readPolicyFolder, type PolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { bundleOf, candidateBundle, type Bundle } from '../decision/bundle.ts';
import { requireServiceKind, type Admit } from './admission.ts';
import { requireCompiled } from './compiled.ts';
import type { Followers } from './followers.ts';
import type { Generation } from './generation.ts';
import type { PolicyJournal } from './journal.ts';
import { readOffered, type Offered, type Places } from './offered.ts';
import type { RecordStep } from './policy-trail.ts';
import { probe } from './probe.ts';
import { PoliciesRefused } from './refused.ts';

/** What deciding by an embedded Cerbos takes. */
export interface EmbeddedParts extends Places {
  store: BundleStore;
  /** Starts a PDP on a bundle in its folder. @throws PlatformError with the PDP's complaint */
  begin: (bundle: Bundle, folder: string) => Promise<Generation>;
  admit: Admit;
  /** Other processes that decide by the same. */
  followers: Followers;
  trail: RecordStep;
  log: Logger;
}

interface First {
  generation: Generation;
  record: BundleRecord;
}

/**
 * What decides after a start: POLICY_DIR; or the bundle that decided last, where POLICY_DIR has not changed since or
 * must not decide. The first start ever has only POLICY_DIR, and takes it if it compiles and reads what is sent.
 * @throws PlatformError when there is nothing to decide by
 */
export async function firstGeneration(parts: EmbeddedParts, journal: PolicyJournal): Promise<First> {
  const last = await parts.store.read();
  if (last === null || !(await parts.store.has(last.current))) return firstEver(parts);
  const offered = await readOffered(parts.policyDir, parts).catch(asRefused);
  const isNew = offered instanceof PoliciesRefused || isUnseen(offered, last);
  if (isNew) {
    try {
      if (offered instanceof PoliciesRefused) throw offered;
      return await changedMeanwhile(parts, offered, last);
    } catch (error) {
      const over = error instanceof PoliciesRefused ? error.over : 'start';
      const message = error instanceof Error ? error.message : String(error);
      const found = offered instanceof PoliciesRefused ? null : offered;
      const about = {
        source: 'POLICY_DIR',
        policy: found?.policies.hash ?? null,
        over,
        message,
        standing: true,
      } as const;
      await journal.refused({ ...about, suite: found?.suite?.hash ?? null }, heldBy(last));
    }
  }
  const folder = parts.store.folderOf(last.current);
  const bundle = admittedOf(await readPolicyFolder(folder), folder);
  return { generation: await begun(parts, bundle, folder), record: last };
}

/** Whether POLICY_DIR or its suite is another than it was when one was taken last. */
export const isUnseen = ({ policies, suite }: Offered, { seen, seenSuite }: BundleRecord): boolean =>
  policies.hash !== seen || (suite?.hash ?? null) !== seenSuite;

/** What decides by a record, and what holds it. */
export const heldBy = ({ current, suite }: BundleRecord) => ({ policy: current, suite });

async function firstEver(parts: EmbeddedParts): Promise<First> {
  try {
    const { policies, suite } = await readOffered(parts.policyDir, parts);
    const bundle = candidateOf(policies, `POLICY_DIR ${parts.policyDir}`);
    const generation = await begun(parts, bundle, await parts.store.keep(policies));
    // Nothing ran it yet, and what comes next has to keep to it all the same.
    if (suite) await parts.store.keepSuite(suite);
    const record = recordOf({ policies, suite }, null);
    await parts.trail({ event: 'policy.first_start', source: 'POLICY_DIR', before: null, bundle: heldBy(record) });
    await parts.store.write(record);
    return { generation, record };
  } catch (error) {
    if (!(error instanceof PoliciesRefused)) throw error;
    const prefix = error.over === 'folder' ? 'POLICY_DIR cannot be read: ' : '';
    throw new PlatformError(`${prefix}${error.message}`, { cause: error });
  }
}

async function changedMeanwhile(parts: EmbeddedParts, offered: Offered, last: BundleRecord): Promise<First> {
  const { store, policyDir, admit, trail, log } = parts;
  const { policies, suite } = offered;
  log.info(
    { policy: policies.hash, last: last.current },
    'POLICY_DIR has changed since the last run; it is checked first',
  );
  const folder = await store.keep(policies);
  const record = recordOf(offered, last);
  await requireCompiled(folder);
  const isOther = record.current !== last.current || record.suite !== last.suite;
  const candidate = { policyDir: folder, suite: suite && (await store.keepSuite(suite)) };
  const admitted = isOther ? await admit({ ...candidate, before: await store.suite(last.suite) }) : null;
  const bundle = candidateOf(policies, policyDir);
  const generation = await begun(parts, bundle, folder);
  if (admitted)
    await trail({
      event: 'policy.admitted',
      source: 'POLICY_DIR',
      before: heldBy(last),
      bundle: heldBy(record),
      admitted,
    });
  await store.write(record);
  await store.sweep(new Set([record.current, ...(record.previous === null ? [] : [record.previous])]), record);
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

function recordOf({ policies, suite }: Offered, last: BundleRecord | null): BundleRecord {
  const held = suite?.hash ?? null;
  const isSame = policies.hash === last?.current;
  return {
    current: policies.hash,
    previous: (isSame ? last.previous : last?.current) ?? null,
    source: 'POLICY_DIR',
    since: isSame ? last.since : new Date().toISOString(),
    suite: held,
    previousSuite: (isSame ? last.previousSuite : last?.suite) ?? null,
    seen: policies.hash,
    seenSuite: held,
  };
}

function asRefused(cause: unknown): PoliciesRefused {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof PoliciesRefused && cause.over !== 'folder') return cause;
  return new PoliciesRefused('folder', `POLICY_DIR cannot be read: ${why}`, { cause });
}
