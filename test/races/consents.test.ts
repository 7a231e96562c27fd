import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { decision, standardWorld, tokenOf } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { inWords, withoutRequestId } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
});
afterAll(async () => app.close());

const REQUESTS = '/v1/business-centers/bc1/access-requests';
const GONE = '404 consent_not_available';

async function request(): Promise<{ id: string; token: string }> {
  const { body } = await app.call('POST', REQUESTS, { actor: 'user:adm', body: { scopes: ['POST'] } });
  return { id: body.id, token: tokenOf(body.consent_url) };
}

const answer = async (token: string, what: string, account = 'brand') =>
  app.call('POST', `/v1/consents/${token}/${what}`, { actor: `tiktok_account:${account}` });

test('100 approvals of one link at once: one grant, 99 identical refusals', async () => {
  const { id, token } = await request();
  const answers = await Promise.all(Array.from({ length: 100 }, async () => answer(token, 'approve')));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const refusals = answers.filter(({ status }) => status !== 200).map((it) => JSON.stringify(withoutRequestId(it)));
  expect(refusals).toHaveLength(99);
  expect(new Set(refusals).size).toBe(1);
  expect(refusals[0]).toContain('consent_not_available');
  expect(await sql(app, 'select access_request_id as id from account_grant')).toEqual([{ id }]);
});

test('two accounts approve one link at once: one of them is granted', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { id, token } = await request();
    const accounts = [`left${round}`, `right${round}`];
    const answers = await Promise.all(accounts.map(async (account) => answer(token, 'approve', account)));
    expect(answers.map(inWords).toSorted()).toEqual(['200', GONE]);
    const winner = accounts[answers.findIndex(({ status }) => status === 200)];
    const granted = await sql(app, 'select tiktok_account_id as id from account_grant where access_request_id = $1', [
      id,
    ]);
    expect(granted).toEqual([{ id: winner }]);
  }
});

test('approve against cancel and decline: exactly one wins, and what is stored is what it said', async () => {
  const wins = { APPROVED: 0, CANCELLED: 0, DECLINED: 0 };
  for (let round = 0; round < 40; round += 1) {
    const { id, token } = await request();
    const account = `fresh${round}`;
    const cancel = async () => app.call('POST', `${REQUESTS}/${id}/cancel`, { actor: 'user:adm' });
    const moves = [async () => answer(token, 'approve', account), cancel, async () => answer(token, 'decline')];
    const turned = [...moves.slice(round % 3), ...moves.slice(0, round % 3)];
    const raced = await Promise.all(turned.map(async (move) => move()));
    const answers = moves.map((move) => raced[turned.indexOf(move)]?.status ?? 0);
    expect(answers.filter((status) => status === 200)).toHaveLength(1);
    const winner = (['APPROVED', 'CANCELLED', 'DECLINED'] as const)[answers.indexOf(200)] ?? 'APPROVED';
    wins[winner] += 1;
    const { body } = await app.call('GET', `${REQUESTS}/${id}`, { actor: 'user:adm' });
    expect(body.status).toBe(winner);
    const view = await decision(app, 'adm', 'view', `tiktok_account:${account}`);
    expect(view).toBe(winner === 'APPROVED' ? 'ALLOW via BUSINESS_CENTER' : 'DENY UNKNOWN_RESOURCE');
  }
  expect(Math.max(...Object.values(wins))).toBeLessThan(40);
});

test('approve against the removal of whoever asked: no grant without an administrator behind it', async () => {
  for (let round = 0; round < 20; round += 1) {
    const requester = `admin${round}`;
    const member = `/v1/business-centers/bc1/members/${requester}`;
    await app.call('PUT', member, { body: { user_role: 'ADMIN' } });
    const { body } = await app.call('POST', REQUESTS, { actor: `user:${requester}`, body: { scopes: ['POST'] } });
    const [approved, removed] = await Promise.all([
      answer(tokenOf(body.consent_url), 'approve', `theirs${round}`),
      app.call('DELETE', member),
    ]);
    expect(removed.status).toBe(204);
    const [stored] = await sql(
      app,
      `select r.status, r.last_write = m.ended_write as by_removal, answered.at < left_at.at as before
         from access_request r join member m on m.user_id = $2
         join relationship_write answered on answered.id = r.last_write
         join relationship_write left_at on left_at.id = m.ended_write
        where r.id = $1`,
      [body.id, requester],
    );
    expect(inWords(approved)).toBe(stored?.['status'] === 'APPROVED' ? '200' : GONE);
    // Either approved before the removal, or void with it.
    if (approved.status === 200) expect(stored).toEqual({ status: 'APPROVED', by_removal: false, before: true });
    else expect(stored).toEqual({ status: 'VOID', by_removal: true, before: false });
  }
});

test('an import that demotes whoever is asking voids the request, though it did not see it when it began', async () => {
  await app.call('PUT', '/v1/business-centers/bc1/members/late', { body: { user_role: 'ADMIN' } });
  const other = new pg.Client({ connectionString: app.databaseUrl });
  await other.connect();
  try {
    // The limits are looked at when the lines are in, and before the import looks at what others did.
    await other.query('begin');
    await other.query("select from business_center where bc_id = 'bc1' for no key update");
    const importing = bring(app, [{ type: 'member', bc_id: 'bc1', user_id: 'late', user_role: 'STANDARD' }]);
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await sql(app, waiting)).length, { timeout: 20_000 }).toBe(1);
    const asked = await app.call('POST', REQUESTS, { actor: 'user:late', body: { scopes: ['POST'] } });
    expect(asked.status).toBe(201);
    await other.query('commit');
    expect((await importing).status).toBe(200);
    expect(await sql(app, 'select status from access_request where id = $1', [asked.body.id])).toEqual([
      { status: 'VOID' },
    ]);
  } finally {
    await other.end();
  }
});
