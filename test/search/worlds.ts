import fc from 'fast-check';
import type { TestApp } from '../support/app.ts';
import { tokenOf } from '../support/cast.ts';
import { sql } from '../support/sql.ts';

// Few names, so that facts meet; some of them are names of several things, and some are awkward.
const SETTLED = ['u1', 'u2', 'u3', 'u4', 'u10', "o'hara", 'Ü ber', 'a1', 'b%', 'B'];
/** Only ever members: when that has ended, nobody knows them any more. */
const PASSING = ['u5', 'u6'];
const USERS = [...SETTLED, ...PASSING];
const ACCOUNTS = ['a1', 'a2', 'a3', 'a10', 'u1', 'Zoë "z"'];
const CENTERS = ['b1', 'b2', 'u2'];
const AD_ACCOUNTS = ['adv1', 'adv2'];
const ENTITIES = ['record:record-1', 'record:u1', 'catalog:c1', 'catalog:c2', 'catalog:a1', 'robot:r1', 'robot:u1'];

const user = fc.constantFrom(...USERS, ...PASSING);
const settled = fc.constantFrom(...SETTLED);
const account = fc.constantFrom(...ACCOUNTS);
const center = fc.constantFrom(...CENTERS);
const adAccount = fc.constantFrom(...AD_ACCOUNTS);
const scopes = fc.subarray(['LIVE', 'POST'], { minLength: 1 });
const userRole = fc.constantFrom('ADMIN', 'STANDARD');
const department = fc.constantFrom('sales', 'legal', null, 7);

const attributes = fc.record(
  {
    department,
    role: fc.constantFrom('admin', 'manager'),
    status: fc.constantFrom('active', 'archived', null),
    owner: user,
    suspended: fc.constantFrom(true, false, null),
    groups: fc.subarray(['g1', 'g2', 'g3']),
    acl: fc.record(
      { editors: fc.subarray(['g1', 'g2', 'g3']), locked: fc.constantFrom(true, false, null) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const sent = fc.option(attributes, { nil: {}, freq: 2 });

/** What goes with every check of a world under one bundle: properties, context, and the confinement of the key. */
const frame = fc.record({
  subject: sent,
  resource: sent,
  own: fc.record(
    {
      bc_id: center,
      advertiser_id: adAccount,
      user_id: user,
      scopes: fc.subarray(['LIVE', 'POST']),
      post: fc.record(
        {
          tiktok_account_id: account,
          visibility: fc.constantFrom('PUBLIC', 'FRIENDS'),
          ad_authorization: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  ),
  live: fc.boolean(),
  soft: fc.constantFrom(true, false, null),
  context: fc.constantFrom({}, { urgent: true }),
  within: fc.option(fc.subarray(CENTERS, { minLength: 1 }), { nil: null, freq: 4 }),
  limit: fc.constantFrom(1, 3, 7, 1000, 1000, 1000),
});

const many = <T>(fact: fc.Arbitrary<T>, most: number) => fc.noBias(fc.array(fact, { maxLength: most, size: 'max' }));
const grants = (most: number) => many(fc.tuple(center, account, scopes), most);
const members = (most: number) => many(fc.tuple(center, user, userRole), most);
const assignments = (most: number) => many(fc.tuple(center, account, user, scopes), most);
const FATES = ['pending', 'cancelled', 'approved', 'declined', 'expired'] as const;

/** A world: what is first so, what then ends, and what begins anew after that. */
export const worlds = fc.record({
  switches: fc.tuple(...ACCOUNTS.map(() => fc.constantFrom(null, true, false))),
  members: members(22),
  roles: many(fc.tuple(adAccount, settled, fc.constantFrom('ADMIN', 'OPERATOR', 'ANALYST')), 6),
  links: many(fc.tuple(account, settled, scopes), 7),
  grants: grants(10),
  assignments: assignments(50),
  entities: many(fc.tuple(fc.constantFrom(...ENTITIES, ...SETTLED.map((id) => `user:${id}`)), attributes), 10),
  requests: many(
    fc.tuple(center, fc.option(account), fc.constantFrom(...FATES), account).map(([bc, target, fate, signedIn]) => ({
      bc,
      target,
      fate,
      by: target ?? signedIn,
    })),
    9,
  ),
  ended: fc.record({
    members: many(fc.tuple(center, fc.constantFrom(...USERS, ...PASSING, ...PASSING, ...PASSING)), 8),
    grants: many(fc.tuple(center, account), 4),
    assignments: many(fc.tuple(center, account, user), 4),
  }),
  anew: fc.record({ members: members(3), grants: grants(3), assignments: assignments(6) }),
  frames: fc.array(frame, { minLength: 1, maxLength: 7, size: 'max' }),
});
export type Frame = typeof frame extends fc.Arbitrary<infer T> ? T : never;
export type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

/** Makes the database hold exactly this world, by import and by the verbs that callers use. */
export async function build(app: TestApp, world: World): Promise<void> {
  await clear(app);
  await bring(app, [...nouns(world), ...(await facts(app, world))]);
  for (const [name, stored] of world.entities) {
    await app.call('PUT', `/v1/entities/${name.replace(':', '/')}`, { body: { attributes: stored } });
  }
  for (const it of world.requests) await request(app, it);
  await end(app, world);
  await bring(app, await facts(app, world.anew));
}

/** The guards keep rows; a test's database is cleared behind their back, so that readers are told by a new epoch. */
async function clear(app: TestApp): Promise<void> {
  await sql(
    app,
    `set session_replication_role = replica;
     truncate member, ad_account_member, account_link, account_grant, assignment, access_request, audit_entry,
              entity, ad_account, tiktok_account, business_center;
     delete from change_mark`,
  );
}

function nouns({ switches }: World): object[] {
  return [
    ...CENTERS.map((id) => ({ type: 'business_center', bc_id: id, name: id })),
    ...AD_ACCOUNTS.map((id, index) => ({
      type: 'ad_account',
      advertiser_id: id,
      name: id,
      // The one always belongs to a Business Center, the other to another or to none.
      bc_id: index === 0 ? 'b1' : switches[0] === true ? 'u2' : null,
    })),
    ...ACCOUNTS.map((id, index) => ({
      type: 'tiktok_account',
      id,
      handle: `@${index}`,
      ad_authorization: switches[index],
    })),
  ];
}

type Facts = Pick<World, 'members' | 'grants' | 'assignments'> & Partial<Pick<World, 'roles' | 'links'>>;

/** The lines of these facts, without those that the import would refuse. */
async function facts(app: TestApp, { members: people, roles = [], links = [], ...rest }: Facts): Promise<object[]> {
  const held = await sql<{ key: string; scopes: string[] }>(
    app,
    `select bc_id || '/' || tiktok_account_id as key, scopes from account_grant where valid_to is null`,
  );
  const known = await sql<{ key: string }>(
    app,
    `select bc_id || '/' || user_id as key from member where valid_to is null`,
  );
  const granted = new Map(held.map((row) => [row.key, row.scopes]));
  for (const [bc, id, given] of rest.grants) granted.set(`${bc}/${id}`, granted.get(`${bc}/${id}`) ?? given);
  const current = new Set([...known.map((row) => row.key), ...people.map(([bc, id]) => `${bc}/${id}`)]);
  const fitting = rest.assignments.filter(
    ([bc, id, who, given]) =>
      current.has(`${bc}/${who}`) && given.every((scope) => granted.get(`${bc}/${id}`)?.includes(scope)),
  );
  return [
    ...people.map(([bc, id, role]) => ({ type: 'member', bc_id: bc, user_id: id, user_role: role })),
    ...roles.map(([id, who, role]) => ({
      type: 'ad_account_member',
      advertiser_id: id,
      user_id: who,
      advertiser_role: role,
    })),
    ...links.map(([id, who, given]) => ({ type: 'account_link', tiktok_account_id: id, user_id: who, scopes: given })),
    ...rest.grants.map(([bc, id]) => ({
      type: 'account_grant',
      bc_id: bc,
      tiktok_account_id: id,
      scopes: granted.get(`${bc}/${id}`),
    })),
    ...fitting.map(([bc, id, who, given]) => ({
      type: 'assignment',
      bc_id: bc,
      tiktok_account_id: id,
      user_id: who,
      scopes: given,
      // Some have added some of it themselves.
      by: Object.fromEntries(
        given.flatMap((scope) => (who.length % 2 === 0 && scope === 'POST' ? [[scope, `user:${who}`]] : [])),
      ),
    })),
  ];
}

async function bring(app: TestApp, lines: readonly object[]): Promise<void> {
  if (lines.length === 0) return;
  const body = lines.map((line) => JSON.stringify(line)).join('\n');
  const { status, body: answer } = await app.call('POST', '/v1/relationships/import?mode=reopen', { body });
  if (status !== 200) throw new Error(`import: ${JSON.stringify(answer)}`);
}

const path = (...parts: string[]): string => parts.map((part) => `/${encodeURIComponent(part)}`).join('');

/** As a header takes them. */
async function administrators(app: TestApp, bc: string): Promise<string[]> {
  const rows = await sql<{ user_id: string }>(
    app,
    `select user_id from member where bc_id = $1 and user_role = 'ADMIN' and valid_to is null`,
    [bc],
  );
  return rows.map((row) => encodeURIComponent(row.user_id));
}

async function request(app: TestApp, { bc, target, fate, by }: World['requests'][number]): Promise<void> {
  const [actor] = await administrators(app, bc);
  if (actor === undefined) return;
  const requests = `/v1/business-centers${path(bc)}/access-requests`;
  const body = { scopes: ['POST'], ...(target !== null && { tiktok_account_id: target }) };
  const { status, body: made } = await app.call('POST', requests, { actor: `user:${actor}`, body });
  if (status !== 201) throw new Error(`request: ${JSON.stringify(made)}`);
  const consent = `/v1/consents/${tokenOf(made.consent_url)}`;
  if (fate === 'cancelled') await app.call('POST', `${requests}/${made.id}/cancel`, { actor: `user:${actor}` });
  if (fate === 'expired') {
    await sql(app, `update access_request set expires_at = now() - interval '1 hour' where id = $1`, [made.id]);
  }
  const owner = `tiktok_account:${encodeURIComponent(by)}`;
  // The account may be granted already, which refuses it: then the request stays pending.
  if (fate === 'approved') await app.call('POST', `${consent}/approve`, { actor: owner });
  if (fate === 'declined') await app.call('POST', `${consent}/decline`, { actor: owner });
}

async function end(app: TestApp, { ended }: World): Promise<void> {
  for (const [bc, id, who] of ended.assignments) {
    const [actor = 'nobody'] = await administrators(app, bc);
    const assignment = `/v1/business-centers${path(bc)}/tiktok-accounts${path(id)}/members${path(who)}`;
    await app.call('DELETE', assignment, { actor: `user:${actor}` });
  }
  for (const [bc, id] of ended.grants) {
    const [actor = 'nobody'] = await administrators(app, bc);
    await app.call('DELETE', `/v1/business-centers${path(bc)}/tiktok-accounts${path(id)}`, { actor: `user:${actor}` });
  }
  for (const [bc, who] of ended.members)
    await app.call('DELETE', `/v1/business-centers${path(bc)}/members${path(who)}`);
}

/** Everything that a search may find, by type, as the test itself sees it. */
export type Known = ReadonlyMap<string, ReadonlySet<string>>;

export async function everything(app: TestApp, within: readonly string[] | null): Promise<Known> {
  const rows = await sql<{ type: string; id: string }>(
    app,
    `select 'user' as type, user_id as id from member where valid_to is null
     union select 'user', user_id from ad_account_member where valid_to is null
     union select 'user', user_id from account_link where valid_to is null
     union select 'tiktok_account', id from tiktok_account
     union select 'business_center', bc_id from business_center
     union select 'access_request', id::text from access_request
     union select type, id from entity`,
  );
  // What belongs to some of the Business Centers; entities belong to none.
  const theirs = await sql<{ type: string; id: string }>(
    app,
    `select 'user' as type, user_id as id from member where valid_to is null and bc_id = any($1)
     union select 'tiktok_account', tiktok_account_id from account_grant where bc_id = any($1)
     union select 'business_center', bc_id from business_center where bc_id = any($1)
     union select 'access_request', id::text from access_request where bc_id = any($1)`,
    [within ?? []],
  );
  const owned = new Set(['user', 'tiktok_account', 'business_center', 'access_request']);
  const visible = within === null ? rows : [...theirs, ...rows.filter(({ type }) => !owned.has(type))];
  const known = new Map<string, Set<string>>();
  for (const { type, id } of visible) known.set(type, (known.get(type) ?? new Set()).add(id));
  return known;
}

/** Whoever may ask: also people whom this world does not know, or no world does. */
export const SUBJECTS = [
  ...USERS.map((id) => ({ type: 'user', id })),
  ...ACCOUNTS.map((id) => ({ type: 'tiktok_account', id })),
  ...['r1', 'u1'].map((id) => ({ type: 'robot', id })),
  { type: 'user', id: 'nobody' },
  { type: 'constructor', id: 'u1' },
];

/** Ids of no world, or of another kind. */
export const UNKNOWN_IDS: Record<string, string> = {
  tiktok_account: 'b1',
  business_center: 'a1',
  access_request: '019ab000-0000-7000-8000-000000000000',
};
