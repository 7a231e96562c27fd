import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Settings under which a test application starts a Cerbos of its own over other policies than the project's. */
export interface OtherPolicies {
  environment: { POLICY_DIR: string; CERBOS_TARGET: '' };
  remove: () => Promise<void>;
}

/** An edit as a reviewer would make it: in this file, this text becomes that one. */
export type Edit = [file: string, from: string, to: string];

/** The project's policies with these edits, and with the test's own kinds beside them. */
export async function policiesWith(...edits: Edit[]): Promise<OtherPolicies> {
  const folder = await mkdtemp(join(tmpdir(), 'sparkgate-policies-'));
  await chmod(folder, 0o755);
  await cp(join(import.meta.dirname, '../../policies'), folder, { recursive: true });
  await cp(join(import.meta.dirname, 'policies'), folder, { recursive: true });
  for (const [file, from, to] of edits) {
    const path = join(folder, file);
    const text = await readFile(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} does not say ${from}`);
    await writeFile(path, text.replace(from, to));
  }
  return {
    environment: { POLICY_DIR: folder, CERBOS_TARGET: '' },
    remove: async () => rm(folder, { recursive: true, force: true }),
  };
}
