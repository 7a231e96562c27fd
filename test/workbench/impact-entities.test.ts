import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from 'pg';
import { CAST, liveWorld, type LiveWorld } from './live-world.ts';
import { folderOf } from './support.ts';

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
      from generate_series(1, 800) n`);
  await client.end();
});
afterAll(async () => world.drop());

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
  return world.policy('impact', '--base-dir', `${folder}/base`, '--policies', `${folder}/head`, '--names', '2');
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
  expect(code).toBe(10);
});
