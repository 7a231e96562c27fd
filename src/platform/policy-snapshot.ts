import { cp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies a policy folder to where nobody edits it, under the name of its content, so that a restarted PDP loads what it
 * had loaded. The copy is complete or not there.
 */
export async function snapshotPolicies(policyDir: string, hash: string, dataDir: string): Promise<string> {
  const snapshot = join(dataDir, 'bundles', hash);
  if (await exists(snapshot)) return snapshot;
  const partial = `${snapshot}.new`;
  await rm(partial, { recursive: true, force: true });
  await cp(policyDir, partial, { recursive: true, dereference: true });
  await rename(partial, snapshot);
  return snapshot;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
