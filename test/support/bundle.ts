import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readBundle, type Bundle } from '../../src/decision/bundle.ts';

/** Reads a policy folder that holds exactly these files. */
export async function bundleOf(files: Record<string, string>): Promise<Bundle> {
  const folder = await mkdtemp(join(tmpdir(), 'sparkgate-bundle-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return readBundle(folder);
}

/** A policy of the kind `document` with one rule under this condition; `more` goes beside the rules, in YAML. */
export function documentPolicy(expression: string, more = ''): string {
  return `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
${more.replaceAll(/^(?=.)/gm, '  ')}
  rules:
    - name: request-by-a-principal
      actions: [read]
      effect: EFFECT_ALLOW
      roles: [user]
      condition:
        match:
          expr: ${JSON.stringify(expression)}
`;
}
