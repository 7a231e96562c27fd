import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { timeless, type Ended } from '../../packages/policy-workbench/test/in-process.ts';
import { DOORS, folderOf, temporaryFolder } from '../../packages/policy-workbench/test/support.ts';
import { CAST, liveWorld, type LiveWorld } from '../review/live-world.ts';
import { editedPolicies, policyHere, policyProcess } from '../review/support.ts';

let world: LiveWorld;
beforeAll(async () => {
  world = await liveWorld(CAST);
});
afterAll(async () => world.drop());

const policy = policyHere(() => world.environment);

const NO_RECORD = 'nonsense}\n';

const COMMANDS: [command: string, code: number, args: () => Promise<readonly string[]>][] = [
  [
    'verify',
    5,
    async () => {
      const edit = ['derived_roles/business_center.yaml', '== "ADMIN"', '!= null'] as const;
      return ['--kind', 'business_center', '--policies', await editedPolicies(edit)];
    },
  ],
  ['coverage', 3, async () => doors('tests', { 'policies/door.yaml': 'rules: [' })],
  ['explain', 2, async () => ['user:ann', 'create_spark_ad', 'tiktok_account:brand', '-p', '{"advertiser_id":"adv1"}']],
  [
    'impact',
    10,
    async () => {
      const edit = ['derived_roles/business_center.yaml', '== "ADMIN"', '!= null'] as const;
      return ['--base-dir', 'policies', '--policies', await editedPolicies(edit)];
    },
  ],
  ['replay', 1, async () => [await fileOf(NO_RECORD)]],
  ['new', 1, async () => ['no kind']],
  ['explain', 1, async () => ['user:sam']],
];

async function doors(tests: string, files: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const folder = await folderOf({ ...DOORS, ...files });
  return [join(folder, tests), '--policies', join(folder, 'policies')];
}

async function fileOf(text: string): Promise<string> {
  const file = join(await temporaryFolder(), 'decisions.ndjson');
  await writeFile(file, text);
  return file;
}

/** What a command said, but for how long it took and how far the database was. */
function without(ended: Ended): Ended {
  const { stdout, ...rest } = timeless(ended);
  return { ...rest, stdout: stdout.replaceAll(/revision [0-9a-f]+\.\d+\.\d+/g, 'a revision') };
}

// The other tests of these commands run them in their own process, by the same functions.
test.each(COMMANDS)('policy %s as a process of its own ends with %i, and says what it says here', async (...of) => {
  const [command, code, argsOf] = of;
  const args = await argsOf();
  const apart = await policyProcess(world.environment, command, ...args);
  expect(apart.code).toBe(code);
  expect(without(apart)).toEqual(without(await policy(command, ...args)));
});
