import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SERVICE_KIND, type Bundle } from '../decision/bundle.ts';
import type { Accepted } from './acceptances.ts';
import { PoliciesRefused } from './refused.ts';

/** Policy tests and what stands beside them (invariants, acceptances), where nobody edits them. */
export interface Suite {
  /** SHA-256 over the names and contents of all files, in hexadecimal. */
  hash: string;
  folder: string;
}

/** What is to decide. */
export interface Candidate {
  /** Its policies, where nobody edits them. */
  policyDir: string;
  /** What is to hold it; null = there is none. */
  suite: Suite | null;
  /** What holds the bundle that decides; null = nothing does, or none decides. */
  before: Suite | null;
}

/** What a bundle was admitted by. */
export interface Admitted {
  /** Expectations of its own tests that hold, and those that are skipped. */
  tests: number;
  skipped: number;
  /** Invariants that are shown to hold. */
  sentences: number;
  /** Expectations of the suite before that its own tests contradict. */
  contradicted: number;
  /** What of the suite before was given up by name. */
  accepted: readonly Accepted[];
  /** What is to be looked at in what was admitted all the same, a sentence each. */
  findings: readonly string[];
}

/** Admits a bundle. @throws PoliciesRefused */
export type Admit = (candidate: Candidate) => Promise<Admitted>;

/** The folder of tests for a folder of policies: the one that is configured, or `policy-tests` beside the policies. */
export async function testsFor(policyDir: string, configured: string | null): Promise<string | null> {
  const folder = configured ?? join(dirname(policyDir), 'policy-tests');
  if (await exists(folder)) return folder;
  if (configured === null) return null;
  throw new PoliciesRefused('folder', `POLICY_TESTS_DIR ${configured} is not there: nothing would test policies.`);
}

/** The tests beside a folder count for it; without any, those of the service do. */
export async function testsBeside(
  folder: string,
  { policyDir, testsDir }: { policyDir: string; testsDir: string | null },
): Promise<string | null> {
  return (folder === policyDir ? null : await testsFor(folder, null)) ?? testsFor(policyDir, testsDir);
}

/** @throws PoliciesRefused when nobody could call this service under it */
export function requireServiceKind({ kinds }: Bundle, folder: string): void {
  if (kinds.has(SERVICE_KIND)) return;
  throw new PoliciesRefused(
    'folder',
    `${folder} holds no policy for ${SERVICE_KIND}, without which nobody may call this service.`,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
