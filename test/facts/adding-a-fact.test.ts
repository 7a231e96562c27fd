import { execFile } from 'node:child_process';
import { chmod, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The steps of "Adding a fact" in CONTRIBUTING.md, taken in a copy of the tree.

const ROOT = join(import.meta.dirname, '../..');
const KIND_FILE = 'src/facts/tiktok-account.ts';
const SCHEMA_FILE = 'policies/_schemas/tiktok_account.json';

let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'sparkgate-fact-'));
  await chmod(copy, 0o755);
  for (const part of ['src', 'policies', 'scripts', 'test/support', 'package.json', 'tsconfig.json', 'packages']) {
    await cp(join(ROOT, part), join(copy, part), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const [stored = '', fact = ''] = await codeOf('Adding a fact');
  await edit(KIND_FILE, '// --- Paths ---', `${stored}\n// --- Paths ---`);
  await edit(KIND_FILE, /(?<=const OPTIONAL_FACTS = \{)/, fact);
  await edit(KIND_FILE, /(?<=slices: \[[^\]]*)(?=\])/, ', REGISTERED');
  await edit(SCHEMA_FILE, '"ad_account_frozen": {', '"ad_account_registered": {"type": ["boolean", "null"]}, $&');
  await edit(SCHEMA_FILE, '"ad_account_frozen"\n', '"ad_account_registered", $&');
  await promisify(execFile)(process.execPath, ['scripts/write-policy-schemas.ts'], { cwd: copy });
  const rule = 'runs_ads_there: R.attr.advertiser_role in C.roles_that_run_ads';
  await edit('policies/resource_policies/tiktok_account.yaml', rule, `${rule} && R.attr.ad_account_registered == true`);
}, 60_000);

afterAll(async () => rm(copy, { recursive: true, force: true }));

test('what a schema declares stays declared where it is written anew', async () => {
  const written = JSON.parse(await readFile(join(copy, SCHEMA_FILE), 'utf8')) as { required: string[] };
  const given = JSON.parse(await readFile(join(ROOT, SCHEMA_FILE), 'utf8')) as { required: string[] };
  expect(new Set(written.required)).toEqual(new Set([...given.required, 'ad_account_registered']));
});

test("a fact that was added in its kind's file alone decides, and explains itself", async () => {
  const { world, P1 } = (await import(join(copy, 'test/support/world.ts'))) as typeof import('../support/world.ts');
  const roles = { 'sam@adv1': 'OPERATOR' };
  const app = await world({ granted: ['POST'], assigned: { sam: ['POST'] }, roles }, { CERBOS_TARGET: '' });
  const subject = { type: 'user', id: 'sam' };
  const resource = { type: 'tiktok_account', id: 'brand' };
  const action = (advertiserId: string) => ({
    name: 'create_spark_ad',
    properties: { advertiser_id: advertiserId, post: P1 },
  });
  const ask = async (advertiserId: string) => {
    const body = { subject, action: action(advertiserId), resource };
    const { decision, context } = (await app.call('POST', '/access/v1/evaluation', { body })).body;
    return decision ? context.via : context.reasons;
  };
  expect(await ask('adv1')).toBe('BUSINESS_CENTER');
  expect(await ask('adv7')).toMatchObject([
    { code: 'ADVERTISER_ROLE_INSUFFICIENT' },
    { code: 'MISSING_FACT', pointer: '/action/properties/advertiser_id' },
  ]);

  const search = async (advertiserId: string) => {
    const body = { subject: { type: 'user' }, action: action(advertiserId), resource };
    return (await app.call('POST', '/access/v1/search/subject', { body })).body.results;
  };
  expect(await search('adv1')).toEqual([subject]);
  expect(await search('adv7')).toEqual([]);

  const { vector, changes } = await app.runtime.services.explainer.explain({
    subject: { ...subject, properties: {} },
    action: action('adv7'),
    resource: { ...resource, properties: {} },
    context: {},
    within: null,
    byPerson: false,
  });
  expect(vector).toMatchObject({ ad_account_registered: false });
  expect(changes).toContainEqual({ fact: '/ad_account_registered', from: false, to: true });
}, 60_000);

/** The code in a section of CONTRIBUTING.md, block by block. */
async function codeOf(section: string): Promise<string[]> {
  const text = await readFile(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const own = text.split(/^## /m).find((it) => it.startsWith(`${section}\n`)) ?? '';
  return [...own.matchAll(/^( *)```ts\n([^]*?)^ *```$/gm)].map(([, indent = '', code = '']) =>
    code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

async function edit(file: string, from: string | RegExp, to: string): Promise<void> {
  const path = join(copy, file);
  const text = await readFile(path, 'utf8');
  const edited = text.replace(from, (found: string) => to.replace('$&', () => found));
  if (edited === text) throw new Error(`${file} does not say ${from}`);
  await writeFile(path, edited);
}
