import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from 'pg';
import { CAST, liveWorld, type LiveWorld } from './live-world.ts';
import { folderOf } from '../../packages/policy-workbench/test/support.ts';
import { policyHere } from './support.ts';

let world: LiveWorld;
beforeAll(async () => {
  world = await liveWorld(CAST);
  const client = new Client({ connectionString: world.url });
  await client.connect();
  await client.query(`
    insert into entity (type, id, attributes)
    select 'user', 'u' || n, jsonb_build_object('department', case n % 4 when 0 then 'hr' else 'it' end)
      from generate_series(1, 400) n
    union all
    select 'record', 'r' || n, jsonb_build_object('secret', n % 2 = 0, 'owner', 'u' || n % 400)
      from generate_series(1, 800) n
    union all
    select * from (values ('document', 'd1', '{"owner_id": "adm"}'::jsonb), ('document', 'd2', '{"owner_id": "pat"}'),
                          ('robot', 'rob', '{}')) as v`);
  await client.end();
});
afterAll(async () => world.drop());

const policy = policyHere(() => world.environment);

const record = (expr: string): string => `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: record
  version: default
  rules:
    - actions: [read]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: { match: { expr: '${expr}' } }
`;

const impact = async (before: string, after: string) => {
  const folder = await folderOf({ 'base/record.yaml': record(before), 'head/record.yaml': record(after) });
  return policy('impact', '--base-dir', `${folder}/base`, '--policies', `${folder}/head`, '--names', '2');
};

test('all pairs of users and entities are compared, however many there are with the same attributes', async () => {
  const department = 'has(P.attr.department) && P.attr.department == "hr"';
  const { code, stdout } = await impact(`${department} && !R.attr.secret`, department);
  expect(stdout).toContain('100 users gain read on 400 record entities');
  expect(stdout).toContain('u100 on r10, u100 on r410, and 39,998 more');
  expect(stdout).toContain('Nobody loses anything.');
  expect(code).toBe(10);
});

test('where a policy looks at ids, pairs are told apart by them', async () => {
  const { code, stdout } = await impact('R.attr.owner == P.id', 'R.attr.owner == P.id && R.id != "r7"');
  expect(stdout).toContain('It cannot be told for whom all of record changes');
  expect(code).toBe(9);
});

const documents = (rule: string, derived = ''): string => `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
  ${derived}
  rules:
    - actions: [read]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: { match: { expr: R.attr.owner_id == P.id } }
    - actions: [write]
      effect: EFFECT_ALLOW
      ${rule}
`;

const edited = async (before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>) => {
  const of = (name: string, files: Readonly<Record<string, string>>) =>
    Object.entries(files).map(([file, text]) => [`${name}/${file}.yaml`, text] as const);
  const folder = await folderOf(Object.fromEntries([...of('base', before), ...of('head', after)]));
  return policy('impact', '--base-dir', `${folder}/base`, '--policies', `${folder}/head`);
};

const when = (expr: string, roles = 'user'): string =>
  documents(`roles: ["${roles}"]\n      condition: { match: { expr: '${expr}' } }`);

test('members count as owners though no attributes of theirs are stored, and so do ids that entities alone hold', async () => {
  const { code, stdout } = await edited({ d: when('false') }, { d: when('R.attr.owner_id == P.id') });
  expect(stdout).toContain('2 users gain write on 2 document entities');
  expect(stdout).toContain('adm on d1');
  expect(stdout).toContain('pat on d2');
  expect(code).toBe(10);
});

test('where ids count, members are told by name though nothing is stored of them', async () => {
  const { code, stdout } = await edited({ d: when('false') }, { d: when('R.attr.owner_id != P.id') });
  expect(stdout).toContain('ann on d1, ext on d1, lee on d1, sam on d1');
  expect(code).toBe(10);
});

test('subjects are of the types that rules give something to', async () => {
  const robots = await edited({ d: when('false', 'robot') }, { d: when('P.id == "rob"', 'robot') });
  expect(robots.stdout).toContain('1 robot gains write on 2 document entities');
  expect(robots.code).toBe(10);
  const anybody = await edited({ d: when('false', '*') }, { d: when('"robot" in P.roles', '*') });
  expect(anybody.stdout).toMatch(/robot entities gain write on 2 document entities/);
  expect(anybody.stdout).not.toContain('users gain');
});

test('what a caller sends, and the time, leave open whether somebody gains', async () => {
  const sent = await edited({ d: when('false') }, { d: when('R.attr.action.urgent == true') });
  expect(sent.stdout).toContain('No change was found, but it cannot be told for all (see the notes).');
  expect(sent.stdout).toContain('its policy looks at what a caller sends');
  expect(sent.code).toBe(9);
  const later = await edited({ d: when('false') }, { d: when('now() > timestamp("2090-01-01T00:00:00Z")') });
  expect(later.stdout).toContain('It cannot be told for whom document changes: its policy looks at the time');
  expect(later.stdout).not.toContain('No decision changes');
  expect(later.code).toBe(9);
});

test('a derived role that only an expression names is compared', async () => {
  const roles = (expr: string): string =>
    `apiVersion: api.cerbos.dev/v1
derivedRoles:
  name: of_documents
  definitions: [{ name: writer, parentRoles: [user], condition: { match: { expr: '${expr}' } } }]
`;
  const d = documents(
    `roles: [user]\n      condition: { match: { expr: '"writer" in runtime.effectiveDerivedRoles' } }
    - actions: [sign]
      effect: EFFECT_ALLOW
      derivedRoles: [writer]`,
    'importDerivedRoles: [of_documents]',
  );
  const { code, stdout } = await edited({ d, roles: roles('false') }, { d, roles: roles('R.attr.owner_id == P.id') });
  expect(stdout).toContain('2 users gain write on 2 document entities');
  expect(code).toBe(10);
});

test('what a principal policy gives cannot be told of all', async () => {
  const d = when('false');
  const eve = `apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: eve
  version: default
  rules: [{ resource: document, actions: [{ action: write, effect: EFFECT_ALLOW }] }]
`;
  const { code, stdout } = await edited({ d }, { d, eve });
  expect(stdout).toContain('principal or role policies have a say in it');
  expect(stdout).not.toMatch(/No decision changes|Nobody gains anything/);
  expect(code).toBe(9);
});
