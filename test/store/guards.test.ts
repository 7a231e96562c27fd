import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { refusedBy, sql } from '../support/sql.ts';

// What the database refuses whoever writes, shown with plain SQL beside the service.

let database: TestDatabase;
let db: { databaseUrl: string };
beforeAll(async () => {
  database = await testDatabase();
  db = { databaseUrl: database.url };
  await sql(
    db,
    `insert into business_center values ('bc1', 'Bright Agency'), ('bc2', 'Other Agency');
     insert into tiktok_account (id) values ('brand'), ('other');
     insert into ad_account (advertiser_id, name) values ('adv1', 'Spring');
     ${member('bc1', 'adm', 'ADMIN')}; ${member('bc1', 'sam')}; ${member('bc2', 'ext', 'ADMIN')};
     ${member('bc1', 'gone')}; update member set ${CLOSED} where user_id = 'gone';
     ${link('sam')}; ${role('sam')};
     ${grant('bc1', 'brand', G)}; ${grant('bc2', 'brand', G2)}; ${grant('bc1', 'other', REVOKED)};
     update account_grant set ${CLOSED} where id = '${REVOKED}';
     ${assignment(G, 'sam')};
     insert into audit_entry (write_id, at, actor, event, subject_type, subject_id, flags)
       values (uuidv7(), now(), 'operator', 'test', 'user', 'sam', '{}')`,
  );
});
afterAll(async () => database.drop());

const [G, G2, REVOKED] = [1, 2, 3].map((n) => `00000000-0000-7000-8000-00000000000${n}`) as [string, string, string];
const OPENED = `now(), 'test', uuidv7()`;
const CLOSED = `valid_to = now(), ended_by = 'test', ended_write = uuidv7()`;
const validity = 'valid_from, begun_by, begun_write';
const member = (bc: string, user: string, as = 'STANDARD'): string =>
  `insert into member (bc_id, user_id, user_role, ${validity}) values ('${bc}', '${user}', '${as}', ${OPENED})`;
const role = (user: string, as = 'OPERATOR'): string =>
  `insert into ad_account_member (advertiser_id, user_id, advertiser_role, ${validity})
     values ('adv1', '${user}', '${as}', ${OPENED})`;
const link = (user: string, scopes = '{POST}'): string =>
  `insert into account_link (tiktok_account_id, user_id, scopes, ${validity})
     values ('brand', '${user}', '${scopes}', ${OPENED})`;
const grant = (bc: string, account: string, id = '00000000-0000-7000-8000-00000000000f', scopes = '{POST}'): string =>
  `insert into account_grant (id, bc_id, tiktok_account_id, scopes, ${validity})
     values ('${id}', '${bc}', '${account}', '${scopes}', ${OPENED})`;
const assignment = (grantId: string, user: string, scopes = '{POST}', bc = 'bc1', account = 'brand'): string =>
  `insert into assignment (grant_id, bc_id, tiktok_account_id, user_id, scopes, ${validity})
     values ('${grantId}', '${bc}', '${account}', '${user}', '${scopes}', ${OPENED})`;
const request = (hash: string, scopes = '{POST}', status = 'PENDING', more = 'null, null'): string =>
  `insert into access_request
     (bc_id, scopes, status, requested_by, token_hash, code, created_at, expires_at, last_write, closed_at, tiktok_account_id)
     values ('bc1', '${scopes}', '${status}', 'adm', '${hash}', 'ABC-DEF', now(), now(), uuidv7(), ${more})`;
const HASH = String.raw`\x${'ab'.repeat(32)}`;

/** Refused, and by which rule; whatever is accepted is undone. */
const refused = async (text: string): Promise<string> =>
  refusedBy(db, `begin; ${text}; set constraints all immediate; rollback`);

describe('one current row each', () => {
  test.each([
    ['role in a Business Center', 'member_current', member('bc1', 'sam', 'ADMIN')],
    ['grant of a Business Center on an account', 'account_grant_current', grant('bc1', 'brand')],
    ['role in an ad account', 'ad_account_member_current', role('sam', 'ADMIN')],
    ['link between a user and an account', 'account_link_current', link('sam', '{LIVE}')],
    ['assignment of an account to a member', 'assignment_current', assignment(G, 'sam')],
    ['request of a token', 'access_request_token_hash', `${request(HASH)}; ${request(HASH)}`],
  ])('%s', async (_, rule, text) => {
    expect(await refused(text)).toBe(rule);
  });

  test('a second one is accepted once the first is closed', async () => {
    expect(await refused(`update member set ${CLOSED} where user_id = 'adm'; ${member('bc1', 'adm')}`)).toBe(
      'accepted',
    );
  });
});

describe('an assignment leans on a grant and on a member', () => {
  test.each([
    ['wider than the grant', assignment(G, 'adm', '{POST,LIVE}')],
    ["under another Business Center's grant", assignment(G2, 'adm')],
    ["under another account's grant", assignment(G, 'adm', '{POST}', 'bc1', 'other')],
    ['under a revoked grant', assignment(REVOKED, 'adm', '{POST}', 'bc1', 'other')],
    ['left behind by a revoked grant', `update account_grant set ${CLOSED} where id = '${G}'`],
  ])('refused: %s', async (_, text) => {
    expect(await refused(text)).toBe('assignment_within_current_grant');
  });

  test('refused: without any grant', async () => {
    const none = assignment('00000000-0000-7000-8000-00000000000e', 'adm');
    expect(await refused(none)).toBe('assignment_grant_id_foreign');
  });

  test.each([
    ['to somebody of another Business Center', assignment(G, 'ext')],
    ['to a former member', assignment(G, 'gone')],
    ['left behind by a removed member', `update member set ${CLOSED} where user_id = 'sam'`],
  ])('refused: %s', async (_, text) => {
    expect(await refused(text)).toBe('assignment_to_member');
  });

  test('accepted: within the grant, to a member; and a grant that goes together with its assignments', async () => {
    expect(await refused(assignment(G, 'adm'))).toBe('accepted');
    const revoke = `update account_grant set ${CLOSED} where id = '${G}'`;
    expect(await refused(`${revoke}; update assignment set ${CLOSED} where grant_id = '${G}'`)).toBe('accepted');
  });
});

describe('an ad account that leaves its Business Center leaves no role behind', () => {
  const move = (to: string): string => `update ad_account set bc_id = ${to} where advertiser_id = 'adv1'`;
  const close = `update ad_account_member set ${CLOSED} where advertiser_id = 'adv1'`;

  test.each([
    ['to its first one, with roles', 'accepted', move(`'bc1'`)],
    ['to another, with roles', 'ad_account_move_ends_roles', `${move(`'bc1'`)}; ${move(`'bc2'`)}`],
    ['to none, with roles', 'ad_account_move_ends_roles', `${move(`'bc1'`)}; ${move('null')}`],
    ['by another name alone', 'accepted', `${move(`'bc1'`)}; update ad_account set name = 'Autumn'`],
    ['once they are closed', 'accepted', `${move(`'bc1'`)}; ${close}; ${move(`'bc2'`)}; ${role('sam')}`],
  ])('%s: %s', async (_, expected, text) => {
    expect(await refused(text)).toBe(expected);
  });

  test('a role that was being opened while its ad account moved is refused at its commit', async () => {
    await sql(db, `insert into ad_account (advertiser_id, name, bc_id) values ('adv2', 'Autumn', 'bc1')`);
    const first = new pg.Client({ connectionString: db.databaseUrl });
    await first.connect();
    try {
      await first.query('begin');
      await first.query(role('sam').replace('adv1', 'adv2'));
      expect(await refusedBy(db, `update ad_account set bc_id = 'bc2' where advertiser_id = 'adv2'`)).toBe('accepted');
      await expect(first.query('commit')).rejects.toMatchObject({ constraint: 'ad_account_move_ends_roles' });
    } finally {
      await first.end();
    }
  });
});

describe('history is kept', () => {
  const TABLES = ['member', 'ad_account_member', 'account_link', 'account_grant', 'assignment'];
  test.each(TABLES)('%s: no row is deleted, reopened or rewritten', async (table) => {
    expect(await refused(`delete from ${table}`)).toBe('rows_are_kept');
    expect(await refused(`truncate ${table} cascade`)).toBe('rows_are_kept');
    expect(await refused(`update ${table} set begun_by = 'somebody else'`)).toBe('rows_are_kept');
    expect(await refused(`update ${table} set valid_from = valid_from - interval '1 day', ${CLOSED}`)).toBe(
      'rows_are_kept',
    );
  });

  test('a closed row is closed for good', async () => {
    const closed = `where id = '${REVOKED}'`;
    expect(await refused(`update account_grant set valid_to = null ${closed}`)).toBe('rows_are_kept');
    expect(await refused(`update account_grant set valid_to = now() + interval '1 day' ${closed}`)).toBe(
      'rows_are_kept',
    );
    expect(await refused(`delete from account_grant ${closed}`)).toBe('rows_are_kept');
  });

  test('a row does not end before it began', async () => {
    expect(await refused(`update account_link set valid_to = valid_from - interval '1 s', ended_by = 'test'`)).toBe(
      'account_link_validity',
    );
  });

  test('audit entries are only added', async () => {
    expect(await refused(`update audit_entry set actor = 'user:sam'`)).toBe('rows_are_kept');
    expect(await refused('delete from audit_entry')).toBe('rows_are_kept');
    expect(await refused('truncate audit_entry')).toBe('rows_are_kept');
  });
});

describe('closed sets', () => {
  test.each([
    ['account_grant_scopes', grant('bc2', 'other', undefined, '{POST,STORY}')],
    ['account_grant_scopes', grant('bc2', 'other', undefined, '{}')],
    ['assignment_scopes', assignment(G, 'adm', '{}')],
    ['account_link_scopes', link('lee', '{post}')],
    ['access_request_scopes', request(HASH, '{}')],
    ['access_request_status', request(HASH, '{POST}', 'EXPIRED', 'now(), null')],
    ['access_request_closed', request(HASH, '{POST}', 'CANCELLED')],
    ['access_request_closed', request(HASH, '{POST}', 'PENDING', 'now(), null')],
    ['access_request_approved_account', request(HASH, '{POST}', 'APPROVED', 'now(), null')],
    ['access_request_token_hash_length', request(String.raw`\xab`)],
    ['member_user_role', member('bc1', 'new', 'OWNER')],
    ['ad_account_member_role', role('new', 'VIEWER')],
  ])('%s', async (rule, text) => {
    expect(await refused(text)).toBe(rule);
  });
});
