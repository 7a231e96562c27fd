import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { policiesWith } from '../support/policy-dir.ts';
import { cliService, type CliService, type Ended } from './service.ts';

let service: CliService;
beforeAll(async () => {
  service = await cliService();
});
afterAll(async () => service.stop());

const SPARK_AD = ['create_spark_ad', 'tiktok_account:brand', '--properties', '{"advertiser_id":"adv1"}'];

test('sparkgate demo goes from DENY to ALLOW to DENY, and can be told twice', async () => {
  for (const _ of [1, 2]) {
    const { code, stdout } = await service.sparkgate('demo');
    expect(code).toBe(0);
    expect(stdout.match(/-> (?:ALLOW|DENY).*/g)).toEqual([
      '-> DENY',
      '-> DENY',
      '-> DENY',
      '-> ALLOW via BUSINESS_CENTER',
      '-> DENY',
    ]);
    expect(stdout).toMatch(/GRANT_REVOKED[^]*$/);
  }
});

test('sparkgate check tells ALLOW, DENY and errors apart by its exit code', async () => {
  expect(await service.sparkgate('check', 'user:sam', ...SPARK_AD)).toMatchObject({ code: 0 });
  expect(await service.sparkgate('check', 'user:adm', ...SPARK_AD)).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('NO_ASSIGNMENT'),
  });
  expect(await service.sparkgate('check', 'sam', ...SPARK_AD)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('takes type:id'),
  });
  const nowhere = await service.sparkgate('check', 'user:sam', ...SPARK_AD, '--url', 'http://127.0.0.1:9');
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('No Sparkgate answers at') });
});

test('a key that the command line makes is good for what it says, until it is revoked', async () => {
  const made = await service.sparkgate('key', 'create', 'ads-service', '--permissions', 'check');
  const key = made.stdout.trim();
  const ask = async (): Promise<number> =>
    fetch(`${service.url}/access/v1/evaluation`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        subject: { type: 'user', id: 'sam' },
        action: { name: 'view' },
        resource: { type: 'tiktok_account', id: 'brand' },
      }),
    }).then((response) => response.status);
  expect(await ask()).toBe(200);

  const listed = await service.sparkgate('key', 'list');
  expect(listed.stdout).not.toContain(key);
  const [, id] = /"id":"([^"]+)","name":"ads-service"/.exec(listed.stdout) ?? [];
  await service.sparkgate('key', 'revoke', id ?? '');
  await expect.poll(ask).toBe(401);

  expect(await service.sparkgate('key', 'revoke', 'no-such-key')).toMatchObject({ code: 1 });
  expect(await service.sparkgate('key', 'create', 'x', '--permissions', 'fly')).toMatchObject({ code: 1 });
});

test('sparkgate import brings all facts of a file, or names the bad line and brings none', async () => {
  const file = join(service.dataDir, 'facts.ndjson');
  const fact = (user: string): string =>
    JSON.stringify({ type: 'member', bc_id: 'bc1', user_id: user, user_role: 'STANDARD' });
  await writeFile(file, `${fact('ina')}\n${fact('ivo')}\n`);
  expect(await service.sparkgate('import', file)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('member  2'),
  });

  await writeFile(file, `${fact('una')}\n{"type":"member"}\n`);
  const refused = await service.sparkgate('import', file);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^sparkgate: Line 2: user_role/) });
  expect(await service.sparkgate('import', '/no/such/file')).toMatchObject({ code: 1 });
});

const SHELF = `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: shelf
  version: default
  schemas: { resourceSchema: { ref: "cerbos:///shelf.json" } }
  rules: [{ actions: [look], effect: EFFECT_ALLOW, roles: [user] }]
`;
const SHELF_SCHEMA = {
  type: 'object',
  properties: { rows: { type: 'integer' }, action: { type: 'object' }, context: { type: 'object' } },
  additionalProperties: false,
};

test('sparkgate import takes entities, which have to fit the schemas of the policies', async () => {
  const policies = await policiesWith();
  const { POLICY_DIR } = policies.environment;
  await writeFile(join(POLICY_DIR, 'resource_policies/shelf.yaml'), SHELF);
  await writeFile(join(POLICY_DIR, '_schemas/shelf.json'), JSON.stringify(SHELF_SCHEMA));
  const file = join(service.dataDir, 'entities.ndjson');
  const bring = async (entity_type: string, attributes: object): Promise<Ended> => {
    await writeFile(file, JSON.stringify({ type: 'entity', entity_type, id: 'c1', attributes }));
    return service.bash(`POLICY_DIR='${POLICY_DIR}' '${process.execPath}' src/cli.ts import '${file}'`);
  };
  try {
    for (const [type, attributes] of [
      ['catalog', { region: 'eu' }],
      ['shelf', { rows: 2 }],
    ] as const) {
      expect(await bring(type, attributes)).toMatchObject({ code: 0, stdout: expect.stringContaining('entity  1') });
    }
    expect((await bring('shelf', { rows: 'two' })).stderr).toMatch(/^sparkgate: Line 1: attributes\/rows: /);
    expect((await bring('tiktok_account', {})).stderr).toMatch(/^sparkgate: Line 1: /);
  } finally {
    await policies.remove();
  }
});

test('sparkgate import says which lines it skipped, and opens again only when told to', async () => {
  const key = (await readFile(join(service.dataDir, 'api-key'), 'utf8')).trim();
  const call = async (method: string, actor: string): Promise<number> => {
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', 'X-Actor': actor };
    const body = method === 'PUT' ? '{"user_role":"STANDARD"}' : null;
    return (await fetch(`${service.url}/v1/business-centers/bc1/members/ida`, { method, headers, body })).status;
  };
  expect([await call('PUT', 'user:adm'), await call('DELETE', 'user:adm')]).toEqual([200, 204]);
  const file = join(service.dataDir, 'skipped.ndjson');
  await writeFile(file, '\n{"type":"member","bc_id":"bc1","user_id":"ida","user_role":"STANDARD"}\n');
  const skipped = await service.sparkgate('import', file);
  expect(skipped).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Skipped.*: 1\n {2}line 2 {2}ENDED_BY_PERSON$/m),
  });
  expect(await service.sparkgate('import', file, '--mode', 'reopen')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Imported at revision [0-9a-f.-]+:\n {2}member {2}1\n$/),
  });
  expect(await service.sparkgate('import', file, '--mode', 'replace')).toMatchObject({ code: 1 });
});

test('sparkgate import replaces: tells what would end, refuses too much, and ends it', async () => {
  const file = join(service.dataDir, 'replaced.ndjson');
  const lines = (...users: string[]): string =>
    [
      '{"type":"business_center","bc_id":"bc9","name":"Nine"}',
      ...users.map((id) => `{"type":"member","bc_id":"bc9","user_id":"${id}","user_role":"STANDARD"}`),
    ].join('\n');
  await writeFile(file, lines('nia', 'nik'));
  expect(await service.sparkgate('import', file)).toMatchObject({ code: 0 });

  await writeFile(file, lines('nia'));
  const replace = ['import', file, '--mode', 'replace', '--scope', 'members', '--bc', 'bc9'];
  const ended = expect.stringMatching(/^Ended, because the file lacks it: 1\n {2}member {2}bc9 {2}nik$/m);
  const dry = await service.sparkgate(...replace, '--dry-run');
  expect(dry).toMatchObject({ code: 0, stdout: ended });
  expect(dry.stdout).toMatch(/^Nothing was changed/);
  expect(await service.sparkgate(...replace)).toMatchObject({ code: 1 });
  expect(await service.sparkgate(...replace, '--max-ended', '50')).toMatchObject({ code: 0, stdout: ended });
  expect(await service.sparkgate(...replace, '--max-ended', '101')).toMatchObject({ code: 1 });
  expect(await service.sparkgate('import', file, '--bc', 'bc9')).toMatchObject({ code: 1 });
});

test('PORT and HOST say where the service is, before what runs on DATA_DIR does', async () => {
  const command = `node src/cli.ts check user:sam view tiktok_account:brand`;
  expect(await service.bash(`PORT=9 ${command}`)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('No Sparkgate answers at http://127.0.0.1:9:'),
  });
  expect(await service.bash(`PORT=0 ${command} -p '{"bc_id":"bc1"}'`)).toMatchObject({ code: 0 });
});
