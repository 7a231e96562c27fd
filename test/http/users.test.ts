import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { put, standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { bring } from '../support/ndjson.ts';
import { signInAs } from '../support/signed-in.ts';

let app: TestApp;
let bc1: string;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  ({ key: bc1 } = await newKey(app, ['relationships', 'audit'], ['bc1']));
  await put(app, '/v1/business-centers/bc1/members/both', { user_role: 'STANDARD' });
  await put(app, '/v1/business-centers/bc2/members/both', { user_role: 'STANDARD' });
});
afterAll(async () => app.close());

const seen = async (id: string, key?: string): Promise<unknown> => {
  const { status, body } = await app.call('GET', `/v1/users/${id}`, key === undefined ? {} : { key });
  return status === 200 ? [body.display_name, body.email] : status;
};

/** Entries of the trail about a user, of one Business Center. */
async function trail(bcId: string, id: string): Promise<unknown[]> {
  const { body } = await app.call('GET', `/v1/audit?bc_id=${bcId}&limit=200`);
  return body.items
    .filter((it: Answer['body']) => it.event === 'user.put' && it.subject.id === id)
    .map((it: Answer['body']) => [it.actor.split(':')[0], it.before, it.after]);
}

test('what a body leaves out stays, null says unknown, and the same again changes nothing', async () => {
  const steps: [object, unknown][] = [
    [{ display_name: 'Sam Lee' }, ['Sam Lee', null]],
    [{ email: '9}20@l8the.9h85i.com' }, ['Sam Lee', '9}20@l8the.9h85i.com']],
    [{ email: '李雷@例子.中国' }, ['Sam Lee', '李雷@例子.中国']],
    [{ email: 'sam@example.com' }, ['Sam Lee', 'sam@example.com']],
    [{ display_name: null }, [null, 'sam@example.com']],
    [{ display_name: '  李 三 ' }, ['李 三', 'sam@example.com']],
  ];
  for (const [body, known] of steps) {
    await put(app, '/v1/users/sam', body);
    await put(app, '/v1/users/sam', body);
    expect(await seen('sam')).toEqual(known);
  }
  expect(await trail('bc1', 'sam')).toHaveLength(steps.length);
  expect(await seen('nobody')).toBe(404);
});

test.each([
  ['a name that nobody sees', { display_name: '   ' }, '/display_name'],
  ['a name with a control', { display_name: 'a\u0007' }, '/display_name'],
  ['what is no address', { email: 'sam at example' }, '/email'],
  ['an address of no domain', { email: 'sam@example' }, '/email'],
  ['two addresses', { email: 'a@b.example, c@d.example' }, '/email'],
  ['an unknown field', { name: 'Sam' }, '/name'],
])('%s is refused, and its place named', async (_, body, pointer) => {
  const { status, body: problem } = await app.call('PUT', '/v1/users/refused', { body });
  expect([status, problem.errors[0].pointer]).toEqual([400, pointer]);
  expect(await seen('refused')).toBe(404);
});

describe('a key that is confined to bc1', () => {
  test.each([
    ['names a member of bc1', 'adm', 200],
    ['names nobody who is a member elsewhere too', 'both', 403],
    ['names no member of bc2', 'ext', 403],
    ['names no stranger', 'stranger', 403],
  ])('%s', async (_, id, status) => {
    await put(app, `/v1/users/${id}`, { display_name: 'Before' });
    const answer = await app.call('PUT', `/v1/users/${id}`, { key: bc1, body: { display_name: 'After' } });
    expect(answer.status).toBe(status);
    expect(await seen(id)).toEqual([status === 200 ? 'After' : 'Before', null]);
  });

  test('reads members of bc1 alone, as if there were no others', async () => {
    expect(await Promise.all(['both', 'ext', 'stranger'].map(async (id) => seen(id, bc1)))).toEqual([
      ['Before', null],
      404,
      404,
    ]);
    const { body } = await app.call('GET', '/v1/users?limit=200', { key: bc1 });
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(['adm', 'both', 'sam']);
  });
});

test('a change is in the trail of each Business Center of the user, by an import too', async () => {
  await put(app, '/v1/users/both', { display_name: 'Bo' });
  await bring(app, [{ type: 'user', id: 'both', email: 'bo@example.com' }]);
  for (const bcId of ['bc1', 'bc2']) {
    expect((await trail(bcId, 'both')).slice(-1)).toEqual([
      ['api_key', { display_name: 'Bo', email: null }, { display_name: 'Bo', email: 'bo@example.com' }],
    ]);
  }
});

test('an import names the members that it brings, and the trail of their Business Center says so', async () => {
  await bring(app, [
    { type: 'user', id: 'newcomer', display_name: 'Nel' },
    { type: 'member', bc_id: 'bc2', user_id: 'newcomer', user_role: 'STANDARD' },
  ]);
  expect(await trail('bc2', 'newcomer')).toEqual([['api_key', null, { display_name: 'Nel', email: null }]]);
});

describe('a sign-in', () => {
  test('fills an empty name with the one that the issuer vouches for, and leaves any other', async () => {
    await signInAs(app, 'user:visitor', 'Vi');
    await signInAs(app, 'user:visitor', 'Other');
    expect(await seen('visitor')).toEqual(['Vi', null]);
    await put(app, '/v1/users/visitor', { display_name: null, email: 'vi@example.com' });
    await signInAs(app, 'user:visitor', 'Vivian');
    expect(await seen('visitor')).toEqual(['Vivian', 'vi@example.com']);
  });

  test('of a member is in the trail, by the user', async () => {
    await put(app, '/v1/business-centers/bc1/members/ann', { user_role: 'STANDARD' });
    await signInAs(app, 'user:ann', 'Ann');
    expect(await trail('bc1', 'ann')).toEqual([['user', null, { display_name: 'Ann', email: null }]]);
  });

  test('of a TikTok account names no user', async () => {
    await signInAs(app, 'tiktok_account:brand', 'The Brand');
    expect(await seen('brand')).toBe(404);
  });
});
