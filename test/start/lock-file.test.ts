import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Manifest {
  engines?: { node?: string };
  resolved?: string;
}
interface Lock {
  packages: Record<string, Manifest>;
}
const ROOT = join(import.meta.dirname, '../..');

async function packages(): Promise<[folder: string, entry: Manifest][]> {
  const text = await readFile(join(ROOT, 'package-lock.json'), 'utf8');
  return Object.entries((JSON.parse(text) as Lock).packages);
}

test('npm ci warns of no engine, whichever Node runs it: scripts/complete-lockfile.mjs takes them out', async () => {
  const all = await packages();
  expect(all.find(([folder]) => folder === '')?.[1].engines).toEqual({ node: '>=20' });
  // Of the packages of this tree npm reads the manifests themselves.
  for await (const file of glob('packages/*/package.json', { cwd: ROOT })) {
    all.push([file, JSON.parse(await readFile(join(ROOT, file), 'utf8')) as Manifest]);
  }
  expect(all.filter(([folder, { engines }]) => folder !== '' && engines !== undefined)).toEqual([]);
});

test('the lock file names no registry', async () => {
  expect((await packages()).filter(([, { resolved }]) => /^https?:/.test(resolved ?? ''))).toEqual([]);
});
