import { policyChanges, type PolicyChange } from '@sparkgate/cerbos-policies/policy-changes';
import { policiesOf, type Policies } from '@sparkgate/cerbos-policies/policies';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { readPolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { baseCommit, folderAt } from './base-folder.ts';

/** What differs since a revision. */
export interface ChangesSince {
  /** The revision, for people. */
  called: string;
  changes: readonly PolicyChange[];
  /** Why the base cannot be read, where all counts as added; null where it can. */
  unreadable: string | null;
}

/** What an edit of policies says differently, since it left a revision. @throws PolicyError for one that git does not know */
export async function changesSince(folder: string, policies: Policies, ref: string): Promise<ChangesSince> {
  const commit = await baseCommit(folder, ref);
  const base = await folderAt(folder, commit);
  try {
    const { policies: before, unreadable } = await readBase(base.folder);
    return { called: commit.called, changes: policyChanges(before, policies), unreadable };
  } finally {
    await base.remove();
  }
}

const NOTHING: Policies = policiesOf({ hash: '', files: new Map() });

/** The policies of a base as far as they can be read: it may be what an edit mends. */
export async function readBase(folder: string): Promise<{ policies: Policies; unreadable: string | null }> {
  try {
    return { policies: policiesOf(await readPolicyFolder(folder)), unreadable: null };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return { policies: NOTHING, unreadable: error.message };
  }
}
