import { readFileSync } from 'node:fs';
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decision, put } from '../support/cast.ts';
import { until } from '../support/service.ts';
import { signInAs } from '../support/signed-in.ts';
import { folderWith, liveApp, type LiveApp } from './live.ts';

let live: LiveApp;
beforeAll(async () => {
  live = await liveApp();
});
afterAll(async () => live.close());

const ROOT = join(import.meta.dirname, '../..');
const POLICY = 'resource_policies/tiktok_account.yaml';
const broken = 'resource_policies/broken.yaml';
const shipped = (file: string): string => readFileSync(join(ROOT, 'policies', file), 'utf8');
const SCHEMA = '_schemas/tiktok_account.json';

/** How to break a folder of policies, and what whoever did it is told. */
const WAYS: [what: string, break_: (folder: string) => Promise<unknown>, over: string, message: RegExp][] = [
  ['YAML that is none', write(broken, 'apiVersion: [a'), 'compile', /resource_policies\/broken\.yaml:1:\d+ /],
  [
    'brackets without end, over which Cerbos would sit for half an hour',
    write(broken, '['.repeat(1_000_000)),
    'folder',
    /resource_policies\/broken\.yaml is nested more than 1000 levels deep/,
  ],
  [
    'dashes without end',
    write(broken, '- '.repeat(500_000)),
    'folder',
    /resource_policies\/broken\.yaml is nested more than 1000 levels deep/,
  ],
  [
    'CEL that is none',
    write(broken, document('condition: { match: { expr: R.attr.a === 1 } }')),
    'compile',
    /broken\.yaml:11:\d+ .*R\.attr\.a === 1/,
  ],
  [
    'an import of nothing',
    write(broken, document('', 'importDerivedRoles: [nowhere]')),
    'compile',
    /broken\.yaml:\d+:\d+ .*nowhere/,
  ],
  [
    'variables that go round in circles',
    write(broken, document('', 'variables: { local: { a: V.b, b: V.a } }')),
    'compile',
    /broken\.yaml:\d+:\d+ .*cycl/i,
  ],
  [
    'rules that Cerbos would mix up',
    async (folder) => {
      await write(
        'resource_policies/memo.yaml',
        document('condition: { match: { any: { of: [{ expr: R.attr.a }, { expr: R.attr.b }] } } }'),
      )(folder);
      await write(
        'resource_policies/note.yaml',
        document('condition: { match: { all: { of: [{ expr: R.attr.a }, { expr: R.attr.b }] } } }').replace(
          'memo',
          'note',
        ),
      )(folder);
    },
    'compile',
    /^resource_policies\/memo\.yaml:6 and resource_policies\/note\.yaml:6: Cerbos cannot tell apart these two rules/,
  ],
  [
    'one policy twice',
    async (folder) => cp(join(folder, POLICY), join(folder, 'again.yaml')),
    'compile',
    /duplicate definition of resource\.tiktok_account\.vdefault/,
  ],
  [
    'a schema that is no JSON',
    write('_schemas/tiktok_account.json', '{"type": 3'),
    'compile',
    /tiktok_account\.yaml:\d+:\d+ .*invalid json/,
  ],
  [
    'a schema that is not there',
    async (folder) => rm(join(folder, '_schemas/tiktok_account.json')),
    'compile',
    /tiktok_account\.yaml:\d+:\d+ .*doesn't exist/,
  ],
  [
    'a rule about what is never sent',
    write(POLICY, shipped(POLICY).replace('V.assigned_post ||', 'P.attr.suspended || V.assigned_post ||')),
    'compile',
    /tiktok_account\.yaml:\d+: reads P\.attr\.suspended, which is never sent/,
  ],
  [
    'a rule about what a schema declares and this service does not fill',
    async (folder) => {
      const schema = JSON.parse(shipped(SCHEMA)) as { properties: object };
      const wider = { ...schema, properties: { ...schema.properties, suspended: { type: 'boolean' } } };
      await write(SCHEMA, JSON.stringify(wider))(folder);
      await write(
        POLICY,
        shipped(POLICY).replace('V.assigned_post ||', 'has(R.attr.suspended) || V.assigned_post ||'),
      )(folder);
    },
    'compile',
    /tiktok_account\.yaml:\d+: reads R\.attr\.suspended, which is never sent .*declares it, and the service does not fill it/,
  ],
  [
    'a schema of something else',
    write(SCHEMA, JSON.stringify({ ...JSON.parse(shipped(SCHEMA)), required: ['paths', 'color'] })),
    'start',
    /The schema of tiktok_account refuses what this service sends: .*color/,
  ],
  [
    'a file of 5 MB',
    write(broken, `# ${'x'.repeat(5_000_000)}`),
    'folder',
    /broken\.yaml has 5000002 bytes; a policy file has at most 1048576/,
  ],
  [
    'a link out of the folder',
    async (folder) => symlink(join(ROOT, 'package.json'), join(folder, 'broken.json')),
    'folder',
    /broken\.json is a link that leads out of the policy folder/,
  ],
  [
    'a link to nowhere',
    async (folder) => symlink('nowhere', join(folder, broken)),
    'folder',
    /broken\.yaml is a link that leads nowhere/,
  ],
  [
    'a folder behind a link',
    async (folder) => symlink(join(ROOT, 'policies'), join(folder, 'more')),
    'folder',
    /more is a link that leads out/,
  ],
  ['a file that is cut to nothing', write(POLICY, '\n'), 'folder', /tiktok_account\.yaml is empty/],
  ['no policies', async (folder) => empty(folder), 'folder', /holds no policy for sparkgate_service/],
  ['no folder', async (folder) => rm(folder, { recursive: true }), 'folder', /ENOENT/],
];

describe('a broken bundle changes nothing', () => {
  test.each(WAYS)('%s', async (_what, break_, over, message) => {
    const before = await live.status();
    const folder = await folderWith();
    await break_(folder);
    const { outcome, over: actual, message: said } = await live.apply(folder);
    expect({ outcome, over: actual, said }).toEqual({ outcome: 'refused', over, said: expect.stringMatching(message) });
    const after = await live.status();
    expect(after).toMatchObject({ policy: before.policy, since: before.since, swaps: before.swaps });
    expect(after.last_refusal).toMatchObject({ over, standing: false, message: said });
    await stillRight(before.policy);
  });

  test('one whose tests fail', async () => {
    const folder = await withTests([POLICY, '[ADMIN, OPERATOR]', '[ADMIN, OPERATOR, ANALYST]']);
    const before = await live.status();
    const { over, message } = await live.apply(folder);
    expect({ over, message }).toEqual({
      over: 'tests',
      message: expect.stringMatching(/: expected DENY, and it is ALLOW/),
    });
    await stillRight(before.policy);
  });
});

test('POLICY_DIR: a broken edit is refused and stands as refused until it is mended', async () => {
  const before = await live.status();
  const edit = await edited(live.policyDir, 'a: [');
  await until(async () => (await live.status()).last_refusal?.standing === true);
  expect((await live.status()).last_refusal).toMatchObject({
    source: 'POLICY_DIR',
    over: 'compile',
    message: expect.stringContaining('broken.yaml:1'),
  });
  const { body } = await live.app.call('GET', '/metrics');
  expect(body).toContain('sparkgate_policy_refused 1');
  await stillRight(before.policy);
  await edit.undo();
  await until(async () => (await live.status()).last_refusal?.standing === false);
  expect((await live.status()).policy).toBe(before.policy);
});

async function stillRight(policy: string): Promise<void> {
  const action = { advertiser_id: 'adv1' };
  expect(await decision(live.app, 'sam', 'create_spark_ad', 'tiktok_account:brand', action)).toBe(
    'ALLOW via BUSINESS_CENTER',
  );
  expect(await decision(live.app, 'adm', 'create_spark_ad', 'tiktok_account:brand', action)).toMatch(
    /^DENY NO_ASSIGNMENT/,
  );
  const { status, body } = await live.app.call('GET', '/v1/status');
  expect({ status, ready: body.ready, policy: body.policy.policy }).toEqual({ status: 200, ready: true, policy });
}

/** A folder of policies with the project's own tests and invariants beside it. */
async function withTests(...edits: Parameters<typeof folderWith>): Promise<string> {
  const source = await folderWith(...edits);
  const both = join(source, 'both');
  await mkdir(both);
  for (const name of ['_schemas', 'derived_roles', 'resource_policies']) {
    await cp(join(source, name), join(both, 'policies', name), { recursive: true });
  }
  await cp(join(ROOT, 'policy-tests'), join(both, 'policy-tests'), { recursive: true });
  return join(both, 'policies');
}

async function edited(folder: string, text: string): Promise<{ undo: () => Promise<void> }> {
  await writeFile(join(folder, broken), text);
  return { undo: async () => rm(join(folder, broken)) };
}

function write(path: string, text: string) {
  return async (folder: string): Promise<void> => writeFile(join(folder, path), text);
}

async function empty(folder: string): Promise<void> {
  await rm(folder, { recursive: true });
  await mkdir(folder);
}

function document(rest: string, more = ''): string {
  return `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: memo
  version: default
${more === '' ? '' : `  ${more}\n`}  rules:
    - name: everybody-reads
      actions: [read]
      effect: EFFECT_ALLOW
      roles: [user]
${more === '' ? '      # of whatever kind\n' : ''}${rest === '' ? '' : `      ${rest}\n`}`;
}

test('the reviewer sees on the page what was refused, and why', async () => {
  const folder = await folderWith();
  await write(broken, 'apiVersion: [a')(folder);
  expect(await live.apply(folder)).toMatchObject({ outcome: 'refused' });
  await put(live.app, '/v1/entities/user/rita', { attributes: { reviewer: true } });
  const rita = await signInAs(live.app, 'user:rita');
  const page = await (await rita.get('/review')).text();
  expect(page).toContain('An earlier edit was refused and changed nothing.');
  expect(page).toMatch(/<pre[^>]*>[^<]*resource_policies\/broken\.yaml:1:/);
});
