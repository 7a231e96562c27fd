import { setTimeout as delay } from 'node:timers/promises';
import {
  folderState,
  readPolicyFolder,
  readTestFolder,
  type PolicyFolder,
} from '@sparkgate/cerbos-policies/policy-folder';
import type { BundleSource } from './bundle-store.ts';
import { testsBeside, testsFor } from './admission.ts';
import { PoliciesRefused } from './refused.ts';

/** A folder that is to decide, and who says so. */
export interface Offer {
  folder: string;
  source: BundleSource;
}

/** What was found there: policies, and the suite that is to hold them; null = there is none. */
export interface Offered {
  policies: PolicyFolder;
  suite: PolicyFolder | null;
}

/** Where policies and their tests are, if not named. */
export interface Places {
  policyDir: string;
  /** Where policy tests are, if not beside the policies. */
  testsDir: string | null;
}

/** A folder that is being written is read again after so many milliseconds, and so often. */
const UNSETTLED_MS = 100;
const PATIENCE = 50;

/** Reads a folder, and the tests for it, that nobody is writing to right now. @throws PoliciesRefused */
export async function readOffered(folder: string, places: Places): Promise<Offered> {
  const refused = (over: 'folder' | 'tests') => (cause: unknown) => {
    if (cause instanceof PoliciesRefused) throw cause;
    throw new PoliciesRefused(over, cause instanceof Error ? cause.message : String(cause), { cause });
  };
  const policies = await settled(folder, readPolicyFolder).catch(refused('folder'));
  const tests = await testsBeside(folder, places);
  const suite = tests === null ? null : await settled(tests, readTestFolder).catch(refused('tests'));
  return { policies, suite };
}

/** The policies and their tests: what was refused over its tests is looked at again when those change. */
export async function stateOf({ policyDir, testsDir }: Places): Promise<string> {
  const tests = await testsFor(policyDir, testsDir).catch(() => null);
  return [await folderState(policyDir), tests === null ? '' : await folderState(tests)].join('\n\n');
}

async function settled(folder: string, read: (folder: string) => Promise<PolicyFolder>): Promise<PolicyFolder> {
  for (let round = 0; ; round += 1) {
    const before = await folderState(folder);
    const found = await read(folder).catch((error: unknown) => {
      if (round >= PATIENCE || !hasVanished(error, folder)) throw error;
      return null;
    });
    if (found && ((await folderState(folder)) === before || round >= PATIENCE)) return found;
    await delay(UNSETTLED_MS);
  }
}

/** A file was there a moment ago. */
function hasVanished(error: unknown, folder: string): boolean {
  const { code, path } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' && path !== folder;
}
