import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { decision, grant, put, requestToken, standardWorld, tokenOf } from '../support/cast.ts';
import { formOf, signInAs, type SignedInBrowser } from '../support/signed-in.ts';
import { sql } from '../support/sql.ts';

let app: TestApp;
let owner: SignedInBrowser;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  owner = await signInAs(app, 'tiktok_account:brand');
});
afterAll(async () => app.close());

const REQUESTS = '/v1/business-centers/bc1/access-requests';
const ADM = { actor: 'user:adm' };

async function request(body: object = { scopes: ['POST'] }): Promise<{ id: string; token: string; code: string }> {
  const { body: made } = await app.call('POST', REQUESTS, { ...ADM, body });
  return { id: made.id, token: tokenOf(made.consent_url), code: made.code };
}

/** How many grants stand, and how many ever stood: whether anything was granted between two looks. */
const grants = async () => sql(app, 'select count(*)::int as n from account_grant');

describe('1. a token of at least 128 random bits, of which only the hash is stored, and which is never logged', () => {
  test('256 bits; no table holds a token', async () => {
    const { token } = await request();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const rows = await sql<{ row: string }>(
      app,
      'select to_jsonb(r)::text as row from access_request r union all select to_jsonb(a)::text from audit_entry a',
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ row }) => row.includes(token))).toEqual([]);
  });

  test('no log line of the page holds a token', async () => {
    const { token } = await request();
    const lines: string[] = [];
    const { log } = app.runtime.services;
    const write = log.child.bind(log);
    log.child = ((...of: Parameters<typeof write>) => {
      const child = write(...of);
      child.isLevelEnabled = () => true;
      for (const level of ['debug', 'info', 'warn', 'error'] as const) {
        child[level] = (...said: unknown[]) => void lines.push(JSON.stringify(said));
      }
      return child;
    }) as typeof log.child;
    await owner.get(`/consent/${token}`);
    await owner.post(`/consent/${token}/decline`);
    log.child = write;
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('\n')).toContain('/consent/:token');
    expect(lines.join('\n')).not.toContain(token);
  });
});

describe('2. a limited life, consumed once, in the transaction that makes the grant', () => {
  test('an expired link grants nothing', async () => {
    const { id, token } = await request();
    await sql(app, "update access_request set expires_at = now() - interval '1 s' where id = $1", [id]);
    const before = await grants();
    expect((await owner.post(`/consent/${token}/approve`)).status).toBe(404);
    expect(await grants()).toEqual(before);
  });

  test('twenty answers at once: one grant', async () => {
    const fresh = await signInAs(app, 'tiktok_account:twenty');
    const { token, id } = await request();
    const posts = Array.from({ length: 20 }, async () => fresh.post(`/consent/${token}/approve`));
    const statuses = (await Promise.all(posts)).map(({ status }) => status).toSorted((one, other) => one - other);
    expect(statuses).toEqual([303, ...Array.from({ length: 19 }, () => 404)]);
    expect(await sql(app, 'select 1 as one from account_grant where access_request_id = $1', [id])).toHaveLength(1);
  });
});

test('3. the requester’s administrator role is checked again at approval', async () => {
  await put(app, '/v1/business-centers/bc1/members/tmp', { user_role: 'ADMIN' });
  const token = await requestToken(app, ['POST'], 'bc1', 'tmp');
  await put(app, '/v1/business-centers/bc1/members/tmp', { user_role: 'STANDARD' });
  const before = await grants();
  expect((await owner.post(`/consent/${token}/approve`)).status).toBe(404);
  expect(await grants()).toEqual(before);
});

describe('4. GET only renders; approval is a POST by the signed-in owner', () => {
  test('whoever is not signed in is sent to sign in, with nothing shown and nothing granted', async () => {
    const { token } = await request();
    const answer = await app.request(`/consent/${token}`);
    expect(answer.status).toBe(302);
    expect(answer.headers.get('Location')).toBe(`/sign-in?as=tiktok_account&next=%2Fconsent%2F${token}`);
    const posted = await app.request(`/consent/${token}/approve`, {
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    });
    expect(posted.status).toBe(401);
  });

  test('ten looks grant nothing, and neither does a GET of the answer’s address', async () => {
    const { token } = await request();
    const before = await grants();
    for (let look = 0; look < 10; look += 1) expect((await owner.get(`/consent/${token}`)).status).toBe(200);
    expect((await owner.get(`/consent/${token}/approve`)).status).toBe(405);
    expect(await grants()).toEqual(before);
    expect((await owner.get(`/consent/${token}`)).status).toBe(200);
  });

  test('a person of the Business Center who is signed in is not the owner', async () => {
    const { token } = await request();
    const adm = await signInAs(app, 'user:adm');
    expect((await adm.get(`/consent/${token}`)).status).toBe(302);
    expect((await adm.post(`/consent/${token}/approve`)).status).toBe(401);
  });
});

describe('5. the page says who asks, for what, with what result, for how long, and who is signed in', () => {
  const CONTENT = {
    en: [
      'asks to use your TikTok account',
      'Use existing posts for ads',
      'Access public videos',
      'No expiry',
      'any administrator of the Business Center',
    ],
    'zh-CN': [
      '申请使用你的 TikTok 账号',
      '使用现有帖子投放广告',
      '访问公开视频',
      '授权不会过期',
      '该商务中心的任何管理员也可以取消',
    ],
  };
  test.each(Object.entries(CONTENT))('in %s', async (language, sentences) => {
    const { token } = await request();
    const text = await (await owner.get(`/consent/${token}`, { 'Accept-Language': language })).text();
    for (const said of [...sentences, 'Bright Agency', 'bc1', 'adm', '@brand']) expect(text).toContain(said);
  });

  test('the resulting total holds what the Business Center has already', async () => {
    await grant(app, ['POST'], 'bc2', 'other', 'ext');
    const token = await requestToken(app, ['LIVE'], 'bc2', 'ext');
    const other = await signInAs(app, 'tiktok_account:other');
    const text = await (await other.get(`/consent/${token}`)).text();
    const [, result = ''] = text.split('What the Business Center will hold');
    const list = /<ul[^]*?<\/ul>/.exec(result)?.[0] ?? '';
    expect(list).toMatch(/Use existing posts for ads[^]*already held[^]*Use live videos for ads/);
    expect((await other.post(`/consent/${token}/approve`)).status).toBe(303);
    const [held] = await sql(
      app,
      "select scopes from account_grant where tiktok_account_id = 'other' and valid_to is null",
    );
    expect(held).toEqual({ scopes: ['LIVE', 'POST'] });
  });
});

test('6. “if you did not expect this, decline”: both answers are forms of one look', async () => {
  const { token } = await request();
  const text = await (await owner.get(`/consent/${token}`)).text();
  expect(text).toContain('If you did not expect this, decline.');
  const buttons = [...text.matchAll(/<button class="([^"]*)">(Authorize|Decline)<\/button>/g)].map(([, look]) => look);
  expect(buttons).toEqual(['same', 'same']);
  expect((await owner.post(`/consent/${token}/decline`)).headers.get('Location')).toBe('/my-account');
  expect((await owner.get(`/consent/${token}`)).status).toBe(404);
});

test('7. the same short code on both screens', async () => {
  const { id, token, code } = await request();
  expect(code).toMatch(/^[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}$/);
  expect(await (await owner.get(`/consent/${token}`)).text()).toContain(`>${code}<`);
  expect((await app.call('GET', `${REQUESTS}/${id}`, ADM)).body.code).toBe(code);
});

test('8. one identical page for unknown, expired, used, declined, cancelled, and meant for another account', async () => {
  const expired = await request();
  await sql(app, "update access_request set expires_at = now() - interval '1 s' where id = $1", [expired.id]);
  const used = await request();
  await owner.post(`/consent/${used.token}/approve`);
  const declined = await request();
  await owner.post(`/consent/${declined.token}/decline`);
  const cancelled = await request();
  await app.call('POST', `${REQUESTS}/${cancelled.id}/cancel`, ADM);
  const foreign = await request({ scopes: ['POST'], tiktok_account_id: 'other' });
  const unknown = 'A'.repeat(43);
  const pages = new Set<string>();
  for (const token of [unknown, expired, used, declined, cancelled, foreign].map((it) =>
    typeof it === 'string' ? it : it.token,
  )) {
    const shown = await owner.get(`/consent/${token}`);
    for (const answer of [
      shown,
      await owner.post(`/consent/${token}/approve`),
      await owner.post(`/consent/${token}/decline`),
    ]) {
      expect(answer.status).toBe(404);
      const text = await answer.text();
      // The address itself is in the links that come back to it.
      if (answer === shown) pages.add(text.replaceAll(token, 'TOKEN'));
    }
  }
  expect(pages.size).toBe(1);
  expect(await decision(app, 'adm', 'view', 'tiktok_account:other')).not.toMatch(/ALLOW/);
});

test('9. a cap on pending requests; the rates have tests of their own (rate-limits.test.ts)', async () => {
  const small = await testApp({ PENDING_REQUESTS_PER_BUSINESS_CENTER: '2' });
  await standardWorld(small);
  const ask = async () => (await small.call('POST', REQUESTS, { ...ADM, body: { scopes: ['POST'] } })).body.code;
  const [first, second, third] = [await ask(), await ask(), await ask()];
  await small.close();
  expect([first, second]).not.toContain('limit_reached');
  expect(third).toBe('limit_reached');
});

describe('10. nobody but the owner’s own page can answer', () => {
  const FORGED: [string, Record<string, string>, Record<string, string>][] = [
    ['from another site', {}, { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['from a sibling host', {}, { 'Sec-Fetch-Site': 'same-site', Origin: 'https://evil.sparkgate.test' }],
    ['with another form’s field', { csrf: 'x'.repeat(43) }, {}],
    ['without the field', { csrf: '' }, {}],
  ];
  test.each(FORGED)('a post %s is refused and grants nothing', async (_, fields, headers) => {
    const { token } = await request();
    const before = await grants();
    for (const answer of ['approve', 'decline']) {
      expect((await owner.post(`/consent/${token}/${answer}`, fields, headers)).status).toBe(403);
    }
    expect(await grants()).toEqual(before);
    expect((await owner.get(`/consent/${token}`)).status).toBe(200);
  });

  test('a browser that tells neither where from nor of which origin is refused', async () => {
    const { token } = await request();
    const bare = await app.request(`/consent/${token}/approve`, {
      method: 'POST',
      headers: { Cookie: owner.cookie, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: formOf({ csrf: owner.csrf }),
    });
    expect(bare.status).toBe(403);
  });

  test('unframed, no referrer, not stored, no way out', async () => {
    const { token } = await request();
    for (const answer of [await owner.get(`/consent/${token}`), await owner.post(`/consent/${token}/decline`)]) {
      expect(answer.headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
      expect(answer.headers.get('Referrer-Policy')).toBe('no-referrer');
      expect(answer.headers.get('Cache-Control')).toBe('no-store');
    }
  });

  test('no field and no header turns a redirect outside', async () => {
    const { token } = await request();
    const away = { next: 'https://evil.example/', back: '//evil.example', redirect: 'https://evil.example' };
    const address = `/consent/${token}/approve?next=//evil.example`;
    const elsewhere = await owner.post(address, away, { Host: 'evil.example' });
    expect([elsewhere.status, elsewhere.headers.get('Location')]).toEqual([421, null]);
    const answer = await owner.post(address, away);
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/my-account/grants/bc1']);
  });
});

describe('11. names are escaped, and confusable names are flagged', () => {
  const HOSTILE = [
    ['<script>alert(1)</script>', null],
    ['"><img src=x onerror=alert(1)>', null],
    ['Bright\u202E ycnegA', 'characters that cannot be seen'],
    ['Вright Agency', 'mixes alphabets'],
    ['СОСА', 'are none'],
  ] as const;
  test.each(HOSTILE)('%j', async (name, flagged) => {
    await put(app, '/v1/business-centers/hostile', { name });
    await put(app, '/v1/business-centers/hostile/members/adm', { user_role: 'ADMIN' });
    const token = await requestToken(app, ['POST'], 'hostile');
    const text = await (await owner.get(`/consent/${token}`)).text();
    expect(text).not.toMatch(/<script>alert|<img src=x|\u202E/);
    if (flagged === null) expect(text).not.toContain('suspicion');
    else expect(text).toContain(flagged);
  });
});

test('12. every step is in the audit trail: created, opened (by whom, once), approved; declined; cancelled', async () => {
  const trail = async (id: string) =>
    sql(app, 'select event, actor from audit_entry where subject_id = $1 order by id', [id]);
  const other = await signInAs(app, 'tiktok_account:other');
  const approved = await request();
  // Nobody looked yet where a browser fetches ahead, or where only the headers are asked for.
  const ahead = await owner.get(`/consent/${approved.token}`, { 'Sec-Purpose': 'prefetch;prerender' });
  const head = await app.request(`/consent/${approved.token}`, { method: 'HEAD', headers: { Cookie: owner.cookie } });
  expect([ahead.status, head.status, (await trail(approved.id)).length]).toEqual([503, 200, 1]);
  for (const look of [owner, owner, other]) await look.get(`/consent/${approved.token}`);
  await other.post(`/consent/${approved.token}/approve`);
  expect(await trail(approved.id)).toEqual([
    { event: 'access_request.created', actor: 'user:adm' },
    { event: 'access_request.opened', actor: 'tiktok_account:brand' },
    { event: 'access_request.opened', actor: 'tiktok_account:other' },
    { event: 'access_request.approved', actor: 'tiktok_account:other' },
  ]);
  const declined = await request();
  await owner.post(`/consent/${declined.token}/decline`);
  const cancelled = await request();
  await app.call('POST', `${REQUESTS}/${cancelled.id}/cancel`, ADM);
  const ends = [await trail(declined.id), await trail(cancelled.id)].map((steps) => steps.at(-1));
  expect(ends).toEqual([
    { event: 'access_request.declined', actor: 'tiktok_account:brand' },
    { event: 'access_request.cancelled', actor: 'user:adm' },
  ]);
  // Nobody does an expiry: when it comes is told by the step that sets it.
  const [created] = await sql<{ after: { expires_at: string } }>(
    app,
    "select after from audit_entry where subject_id = $1 and event = 'access_request.created'",
    [approved.id],
  );
  expect(created?.after.expires_at).toMatch(/Z$/);
});
