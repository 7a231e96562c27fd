import { execFile } from 'node:child_process';
import { chmod, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The steps of "Adding a fact" in CONTRIBUTING.md, taken in a copy of the tree.

const ROOT = join(import.meta.dirname, '../..');
const KIND_FILE = 'src/facts/tiktok-account.ts';

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
  await edit(KIND_FILE, /(?<=export const PATH_FACTS = \{\n(?:(?!^\};).*\n)*)(?=\};\nexport type AccessPath)/m, fact);
  await edit(KIND_FILE, /(?<=slices: \[[^\]]*)(?=\])/, ', AD_ACCOUNT');
  await promisify(execFile)(process.execPath, ['scripts/write-policy-schemas.ts'], { cwd: copy });
  const rule = 'runs_ads_there: R.attr.advertiser_role in C.roles_that_run_ads';
  const own = `${rule} && R.attr.paths.exists(p, p.owns_ad_account == true)`;
  await edit('policies/resource_policies/tiktok_account.yaml', rule, own);
}, 60_000);

afterAll(async () => rm(copy, { recursive: true, force: true }));

test("a fact that was added in its kind's file alone decides, and explains itself", async () => {
  const { world, P1 } = (await import(join(copy, 'test/support/world.ts'))) as typeof import('../support/world.ts');
  const roles = { 'sam@adv1': 'OPERATOR', 'sam@adv9': 'OPERATOR' };
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
  expect(await ask('adv9')).toMatchObject([{ code: 'MISSING_FACT', pointer: '/action/properties/advertiser_id' }]);

  const search = async (advertiserId: string) => {
    const body = { subject: { type: 'user' }, action: action(advertiserId), resource };
    return (await app.call('POST', '/access/v1/search/subject', { body })).body.results;
  };
  expect(await search('adv1')).toEqual([subject]);
  expect(await search('adv9')).toEqual([]);

  const { vector, changes } = await app.runtime.services.explainer.explain({
    subject: { ...subject, properties: {} },
    action: action('adv9'),
    resource: { ...resource, properties: {} },
    context: {},
    within: null,
    byPerson: false,
  });
  expect(vector?.['paths']).toMatchObject([{ owns_ad_account: null }]);
  expect(changes).toEqual([{ fact: '/paths/0/owns_ad_account', from: null, to: true }]);
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
  const edited = text.replace(from, () => to);
  if (edited === text) throw new Error(`${file} does not say ${from}`);
  await writeFile(path, edited);
}
