import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Lock {
  packages: Record<string, { engines?: { node?: string }; resolved?: string }>;
}

async function packages(): Promise<[folder: string, entry: Lock['packages'][string]][]> {
  const text = await readFile(join(import.meta.dirname, '../../package-lock.json'), 'utf8');
  return Object.entries((JSON.parse(text) as Lock).packages);
}

test('npm ci warns of no engine, whichever Node runs it: scripts/complete-lockfile.mjs takes them out', async () => {
  const all = await packages();
  expect(all.find(([folder]) => folder === '')?.[1].engines).toEqual({ node: '>=20' });
  expect(all.filter(([folder, { engines }]) => folder !== '' && engines !== undefined)).toEqual([]);
});

test('the lock file names no registry', async () => {
  expect((await packages()).filter(([, { resolved }]) => /^https?:/.test(resolved ?? ''))).toEqual([]);
});
