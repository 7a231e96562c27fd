import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readTestFolder } from '@sparkgate/cerbos-policies/policy-folder';
import type { Suite } from '../../src/rollout/admission.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What the project has of the only kind that a bundle cannot do without. */
const SERVICE = [
  'policies/resource_policies/sparkgate_service.yaml',
  'policies/_schemas/sparkgate_service.json',
  'policy-tests/sparkgate_service_test.yaml',
  'policy-tests/testdata/principals.yaml',
  'policy-tests/testdata/resources.yaml',
];

export const NOTE = 'policies/resource_policies/note.yaml';
export const NOTE_TEST = 'policy-tests/note_test.yaml';
export const INVARIANTS = 'policy-tests/invariants.yaml';
export const ACCEPTANCES = 'policy-tests/acceptances.yaml';

const FILES: Readonly<Record<string, string>> = {
  [NOTE]: `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: note
  version: default
  schemas: { resourceSchema: { ref: "cerbos:///note.json" } }
  rules:
    - name: authors-read
      actions: [read]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: { match: { expr: R.attr.is_author } }
`,
  'policies/_schemas/note.json': JSON.stringify({
    type: 'object',
    properties: { is_author: { type: 'boolean' }, action: { type: 'object' }, context: { type: 'object' } },
    required: ['is_author'],
    additionalProperties: false,
  }),
  [NOTE_TEST]: `name: note
principals: { ann: { id: ann, roles: [user] } }
resources:
  own: { id: own, kind: note, attr: { is_author: true } }
  other: { id: other, kind: note, attr: { is_author: false } }
tests:
  - name: authors read
    input: { principals: [ann], resources: [own], actions: [read] }
    expected: [{ principal: ann, resource: own, actions: { read: EFFECT_ALLOW } }]
  - name: others do not
    input: { principals: [ann], resources: [other], actions: [read, burn] }
    expected: [{ principal: ann, resource: other, actions: { read: EFFECT_DENY, burn: EFFECT_DENY } }]
`,
  [INVARIANTS]: `kinds:
  sparkgate_service:
    sentences:
      - id: keys-alone-read-metrics
        rules: [R12]
        says: Nobody but a key reads metrics.
        actions: [read_metrics]
        allowed_only_if: role == "api_key"
`,
};

/** Folders `policies` and `policy-tests` of a bundle as small as one can be, beside each other, with these edits. */
export async function smallBundle(...edits: readonly ((root: string) => Promise<void>)[]): Promise<string> {
  const root = await madeBundle(...edits);
  onTestFinished(async () => rm(root, { recursive: true, force: true }));
  return root;
}

/** The same, for whoever takes it away. */
export async function madeBundle(...edits: readonly ((root: string) => Promise<void>)[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'sparkgate-small-'));
  for (const file of SERVICE) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await cp(join(ROOT, file), join(root, file));
  }
  for (const [file, text] of Object.entries(FILES)) await writeFile(join(root, file), text);
  for (const edit of edits) await edit(root);
  return root;
}

/** An edit: this text becomes that one. */
export const edit = (file: string, from: string, to: string) => async (root: string) => {
  const text = await readFile(join(root, file), 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not say ${from}`);
  await writeFile(join(root, file), text.replaceAll(from, to));
};

/** Takes a file or a folder away. */
export const without = (file: string) => async (root: string) => rm(join(root, file), { recursive: true });

/** Writes a file. */
export const add = (file: string, text: string) => async (root: string) => writeFile(join(root, file), text);

/** The suite of such a bundle, and its policies. */
export async function partsOf(root: string): Promise<{ policyDir: string; suite: Suite }> {
  const folder = join(root, 'policy-tests');
  await mkdir(folder, { recursive: true });
  return { policyDir: join(root, 'policies'), suite: { hash: (await readTestFolder(folder)).hash, folder } };
}
