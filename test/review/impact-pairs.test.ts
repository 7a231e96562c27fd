import pg from 'pg';
import { expect, test } from 'vitest';
import { withLiveDatabase } from '../../src/cli/policy/live-database.ts';
import { readConfig } from '../../src/config.ts';
import type { Query } from '../../src/domain/context.ts';
import type { FactLine } from '../../src/domain/import/fact-line.ts';
import { loadFacts } from '../../src/facts/loader.ts';
import { prepare } from '../../src/decision/prepare.ts';
import { GIVEN, project } from '../../src/facts/kinds.ts';
import { POPULATIONS } from '../../src/review/impact/populations.ts';
import { CLUSTER } from '../../src/store/open.ts';
import { liveWorld } from './live-world.ts';

const USERS = Array.from({ length: 12 }, (_, index) => `u${index}`);
const ACCOUNTS = ['a0', 'a1', 'a2', 'a3'];
const CENTERS = ['c0', 'c1', 'c2'];
const SCOPES = [['LIVE'], ['POST'], ['LIVE', 'POST']] as const;

/** Draws from [0, below), always alike. */
function drawer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

function* drawn(draw: (below: number) => number): Generator<FactLine> {
  const scopes = () => [...SCOPES[draw(3)]!];
  for (const id of ACCOUNTS) {
    const adAuthorization = [true, false, null][draw(3)]!;
    yield { type: 'tiktok_account', id, handle: `@${id}`, ad_authorization: adAuthorization };
  }
  for (const bc of CENTERS) yield { type: 'business_center', bc_id: bc, name: bc };
  yield { type: 'ad_account', advertiser_id: 'adv', name: 'Ads' };
  for (const bc of CENTERS) {
    for (const user of USERS) {
      const role = draw(3) === 0 ? (['ADMIN', 'STANDARD'] as const)[draw(2)]! : null;
      if (role) yield { type: 'member', bc_id: bc, user_id: user, user_role: role };
    }
  }
  for (const bc of CENTERS) {
    for (const id of ACCOUNTS) {
      if (draw(2) === 0) yield { type: 'account_grant', bc_id: bc, tiktok_account_id: id, scopes: ['LIVE', 'POST'] };
    }
  }
  for (const user of USERS) {
    if (draw(3) === 0)
      yield { type: 'account_link', tiktok_account_id: ACCOUNTS[draw(4)]!, user_id: user, scopes: scopes() };
    if (draw(2) === 0)
      yield { type: 'ad_account_member', advertiser_id: 'adv', user_id: user, advertiser_role: 'ANALYST' };
  }
}

/** Assigns, and ends some memberships, assignments and grants as time would. */
async function timePasses(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`set session_replication_role = replica`);
  await client.query(`insert into assignment (grant_id, bc_id, tiktok_account_id, user_id, scopes, valid_from, begun_by, begun_write)
    select g.id, g.bc_id, g.tiktok_account_id, m.user_id, array['POST'], now(), 'test', uuidv7() from account_grant g join member m using (bc_id)
     where (hashtext(m.user_id || g.tiktok_account_id) & 1) = 0`);
  await client.query(
    `update assignment set valid_to = now(), ended_by = 'test', ended_write = uuidv7() where (hashtext(user_id || bc_id) & 3) = 0`,
  );
  await client.query(
    `update member set valid_to = now(), ended_by = 'test', ended_write = uuidv7() where (hashtext(bc_id || user_id) & 3) = 0`,
  );
  await client.query(
    `update account_grant set valid_to = now(), ended_by = 'test', ended_write = uuidv7() where (hashtext(bc_id || tiktok_account_id) & 3) = 0`,
  );
  await client.query(`update assignment a set valid_to = now(), ended_by = 'test', ended_write = uuidv7()
     where valid_to is null and (not exists (select from member m where m.user_id = a.user_id and m.bc_id = a.bc_id and m.valid_to is null)
        or not exists (select from account_grant g where g.id = a.grant_id and g.valid_to is null))`);
  await client.end();
}

test.each([1, 2, 3])('every pair is counted under the very vector that a check of it has (world %i)', async (seed) => {
  const world = await liveWorld(drawn(drawer(seed)));
  try {
    await timePasses(world.url);
    const counted = await withLiveDatabase(readConfig({ DATABASE_URL: world.url }), async (live) => {
      const found = new Map<string, number>();
      for await (const { point, pairs } of POPULATIONS[0]!.groups(live)) {
        const key = JSON.stringify([point.attr['paths'], point.attr['account_ad_authorization']]);
        found.set(key, (found.get(key) ?? 0) + (pairs ?? 0));
      }
      return found;
    });
    const checked = await vectorsByChecks(world.url);
    expect(counted).toEqual(checked);
    expect(counted.size).toBeGreaterThan(5);
  } finally {
    await world.drop();
  }
});

/** Asks about each pair by itself, with the statement of the check endpoint; pairs without any connection are left out. */
async function vectorsByChecks(url: string): Promise<Map<string, number>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(CLUSTER);
  const query: Query = async <Row extends object>(text: string, values: unknown[]) =>
    (await client.query(text, values)).rows as Row[];
  const found = new Map<string, number>();
  for (const user of USERS) {
    for (const id of ACCOUNTS) {
      const { question } = prepare({
        subject: { type: 'user', id: user, properties: {} },
        action: { name: 'view', properties: {} },
        resource: { type: 'tiktok_account', id, properties: {} },
        context: {},
        within: null,
        byPerson: false,
      });
      const [facts] = await loadFacts(query, [question]);
      const projection = project(facts!, GIVEN);
      if (projection.kind !== 'tiktok_account') throw new Error('another kind');
      const { paths, account_ad_authorization: adAuthorization } = projection.vector;
      const isConnected = paths.some(
        ({ via, user_role: role, grant }) => via !== 'BUSINESS_CENTER' || grant !== 'NONE' || role === null,
      );
      if (!isConnected) continue;
      const key = JSON.stringify([paths, adAuthorization]);
      found.set(key, (found.get(key) ?? 0) + 1);
    }
  }
  await client.end();
  return found;
}
