import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, grant, put, requestToken, standardWorld } from '../support/cast.ts';
import { signInAs, type SignedInBrowser } from '../support/signed-in.ts';

let app: TestApp;
let adm: SignedInBrowser;
let sam: SignedInBrowser;
let ext: SignedInBrowser;

beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await put(app, '/v1/business-centers/bc1/members/kim', { user_role: 'STANDARD' });
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  await put(app, '/v1/ad-accounts/adv9/members/sam', { advertiser_role: 'ANALYST' });
  await put(app, '/v1/tiktok-accounts/brand', {
    handle: '@brand',
    ad_authorization: true,
    showcase: {
      enabled: true,
      sources: [
        { shop_id: 'shop-a', products: 'ALL' },
        { shop_id: 'shop-b', products: 'SELECTED' },
      ],
    },
  });
  await grant(app, ['POST']);
  await grant(app, ['POST'], 'bc1', 'other');
  await assign(app, 'sam', ['POST']);
  [adm, sam, ext] = await Promise.all([
    signInAs(app, 'user:adm'),
    signInAs(app, 'user:sam'),
    signInAs(app, 'user:ext'),
  ]);
});
afterAll(async () => app.close());

async function text(browser: SignedInBrowser, path: string): Promise<string> {
  const answer = await browser.get(path);
  return `${answer.status} ${(await answer.text()).replaceAll(/\s+/g, ' ')}`;
}

describe('which Business Center', () => {
  test('whoever is in one alone goes on to its TikTok accounts', async () => {
    const answer = await sam.get('/console');
    expect([answer.status, answer.headers.get('Location')]).toEqual([302, '/console/bc1/tiktok-accounts']);
  });

  test('whoever is in several chooses among those', async () => {
    await put(app, '/v1/business-centers/bc2/members/kim', { user_role: 'ADMIN' });
    const shown = await text(await signInAs(app, 'user:kim'), '/console');
    expect(shown).toContain('/console/bc1/tiktok-accounts');
    expect(shown).toContain('/console/bc2/tiktok-accounts');
  });

  test('whoever is in none is told whom to ask', async () => {
    expect(await text(await signInAs(app, 'user:nobody'), '/console')).toContain('not a member of any Business Center');
  });

  test('whoever is not signed in signs in first, and comes back', async () => {
    const answer = await app.request('/console/bc1/members');
    expect(answer.status).toBe(302);
    expect(answer.headers.get('Location')).toBe('/sign-in?as=user&next=%2Fconsole%2Fbc1%2Fmembers');
  });
});

describe('an administrator', () => {
  test('sees every granted account with scopes, owner and how many members', async () => {
    const shown = await text(adm, '/console/bc1/tiktok-accounts');
    expect(shown).toMatch(/^200 .*@brand.*existing posts.*@other/);
    expect(shown).toContain('/console/bc1/request-access');
  });

  test('finds an account by text, and is told when nothing matches', async () => {
    const found = await text(adm, '/console/bc1/tiktok-accounts?q=BRAN');
    expect([found.includes('@brand'), found.includes('@other')]).toEqual([true, false]);
    expect(await text(adm, '/console/bc1/tiktok-accounts?q=%3Cb%3E')).toContain('Nothing matches “&lt;b&gt;”');
  });

  test('sees attributes and shops, and on pages of their own who has access and the history', async () => {
    const account = '/console/bc1/tiktok-accounts/brand';
    const shown = await text(adm, account);
    const about = await text(adm, `${account}/about`);
    expect(about).toMatch(/Ad authorization.*On.*Showcase.*shop-a.*All products.*shop-b.*Selected products/);
    expect(shown).not.toContain('/members/sam');
    expect(await text(adm, `${account}/members`)).toContain(`${account}/members/sam`);
    const history = await text(adm, `${account}/history`);
    expect(history).toMatch(/Assigned to a member.*sam.*The owner authorized this Business Center/);
  });

  test('sees all members and ad accounts, and can search them', async () => {
    expect(await text(adm, '/console/bc1/members')).toMatch(/adm.*Administrator.*kim.*sam.*Standard member/);
    expect(await text(adm, '/console/bc1/members?q=ki')).not.toContain('sam');
    expect(await text(adm, '/console/bc1/ad-accounts')).toContain('Spring campaign');
    expect(await text(adm, '/console/bc1/ad-accounts')).not.toContain('Elsewhere');
  });

  test('without an assignment is told that one is missing', async () => {
    const shown = await text(adm, '/console/bc1/tiktok-accounts/brand');
    expect(shown).toContain('This TikTok account is not assigned to you.');
    expect(shown).toContain('You have no role in any ad account.');
  });
});

test('a long list is paged: every account once, in order', async () => {
  const accounts = Array.from({ length: 60 }, (_, index) => `paged-${String(index).padStart(2, '0')}`);
  const facts = accounts.flatMap((id) => [
    { type: 'tiktok_account', id, handle: `@${id}` },
    { type: 'account_grant', bc_id: 'bc2', tiktok_account_id: id, scopes: ['POST'] },
  ]);
  const body = facts
    .toSorted((a, b) => (a.type < b.type ? 1 : -1))
    .map((fact) => JSON.stringify(fact))
    .join('\n');
  const headers = { 'Content-Type': 'application/x-ndjson' };
  expect((await app.call('POST', '/v1/relationships/import', { body, headers })).status).toBe(200);
  const seen: string[] = [];
  for (let path = '/console/bc2/tiktok-accounts?q=PAGED'; path !== '';) {
    const page = await (await ext.get(path)).text();
    seen.push(...[...page.matchAll(/tiktok-accounts\/(paged-\d\d)"/g)].map(([, id = '']) => id));
    path = (/href="([^"]+)" rel="next"/.exec(page)?.[1] ?? '').replaceAll('&amp;', '&');
  }
  expect(seen).toEqual(accounts);
});

test('the address of the service leads everybody to the page of their own, and strangers to the sign-in', async () => {
  const owner = await signInAs(app, 'tiktok_account:brand');
  const both = { Cookie: `${sam.cookie}; ${owner.cookie}` };
  const answers = [await sam.get('/'), await owner.get('/'), await app.request('/', { headers: both })];
  expect(answers.map((it) => it.headers.get('Location'))).toEqual(['/console', '/my-account', '/console']);
  expect((await app.request('/')).headers.get('Location')).toBe('/sign-in');
});

describe('a standard member', () => {
  test('sees assigned accounts alone', async () => {
    const shown = await text(sam, '/console/bc1/tiktok-accounts');
    expect([shown.includes('@brand'), shown.includes('@other')]).toEqual([true, false]);
    expect(shown).not.toContain('/console/bc1/request-access');
  });

  test('gets the answer to "may I", by ad account, with what is missing and who can give it', async () => {
    const shown = await text(sam, '/console/bc1/tiktok-accounts/brand');
    expect(shown).toMatch(/Spring campaign.*Operator.*Yes.*through this Business Center.*Elsewhere.*Analyst.*No/);
    expect(shown).toContain('You need to be admin or operator of the ad account.');
    expect(shown).toContain('The owner did not authorize the required scope.');
    expect(shown).toMatch(/Administrators of this Business Center.*adm/);
  });

  test('sees neither who else has access nor the history', async () => {
    const shown = await text(sam, '/console/bc1/tiktok-accounts/brand');
    expect(shown).not.toContain('History of this account');
    expect(shown).not.toContain('Members with access');
    expect(shown).not.toContain('/revoke');
    for (const part of ['members', 'history'])
      expect((await sam.get(`/console/bc1/tiktok-accounts/brand/${part}`)).status).toBe(403);
  });

  test('sees the administrators in place of the members, and own ad accounts in place of all', async () => {
    const members = await text(sam, '/console/bc1/members');
    expect([members.includes('adm'), members.includes('kim')]).toEqual([true, false]);
    expect(await text(sam, '/console/bc1/ad-accounts')).toMatch(/Elsewhere.*Spring campaign/);
  });

  test.each([
    ['an account that is not assigned', '/console/bc1/tiktok-accounts/other', 404, 'There is nothing here'],
    ['requesting access', '/console/bc1/request-access', 403, 'Only administrators can request access'],
    ['the access requests', '/console/bc1/access-requests', 403, 'You may not do this'],
    ['assigning', '/console/bc1/tiktok-accounts/brand/assign', 403, 'You may not do this'],
    ['changing access', '/console/bc1/tiktok-accounts/brand/members/kim', 403, 'You may not do this'],
    ['revoking', '/console/bc1/tiktok-accounts/brand/revoke', 403, 'You may not do this'],
    ['review', '/review', 403, 'Only policy reviewers may see this'],
  ])('is refused: %s', async (_, path, status, said) => {
    const shown = await text(sam, path);
    expect(shown).toContain(said);
    expect(shown.slice(0, 3)).toBe(String(status));
  });
});

describe('somebody of another Business Center', () => {
  test.each([
    '/console/bc1',
    '/console/bc1/tiktok-accounts',
    '/console/bc1/tiktok-accounts/brand',
    '/console/bc1/tiktok-accounts/brand/assign',
    '/console/bc1/tiktok-accounts/brand/revoke',
    '/console/bc1/access-requests',
    '/console/bc1/request-access',
    '/console/bc1/members',
    '/console/bc1/ad-accounts',
    '/console/bc2/tiktok-accounts/brand',
  ])('sees nothing: %s reads as what does not exist', async (path) => {
    const answers = await Promise.all([ext.get(path), ext.get(path.replaceAll(/bc1|brand/g, 'nowhere'))]);
    const pages = await Promise.all(
      answers.map(async (answer) => {
        const page = answer.status === 302 ? await ext.get(answer.headers.get('Location') ?? '') : answer;
        return { status: page.status, main: mainOf(await page.text()) };
      }),
    );
    expect(pages[0]).toEqual(pages[1]);
    expect(pages[0]?.status).toBe(404);
  });

  test('cannot reach a request of bc1 through their own Business Center', async () => {
    const { body } = await app.call('POST', '/v1/business-centers/bc1/access-requests', {
      actor: 'user:adm',
      body: { scopes: ['LIVE'] },
    });
    for (const rest of ['', '/state', '/qr.svg', '/qr.png']) {
      expect((await ext.get(`/console/bc2/access-requests/${body.id}${rest}`)).status).toBe(404);
      expect((await ext.get(`/console/bc1/access-requests/${body.id}${rest}`)).status).toBe(404);
    }
  });
});

test('each page is private, unframed and free of inline script and style', async () => {
  await requestToken(app, ['POST']);
  for (const path of ['tiktok-accounts', 'tiktok-accounts/brand', 'access-requests', 'members', 'ad-accounts']) {
    const answer = await adm.get(`/console/bc1/${path}`);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect(answer.headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
    const page = await answer.text();
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/);
  }
});

test('in Chinese, in the words of TikTok', async () => {
  const account = '/console/bc1/tiktok-accounts/brand';
  const pages = [account, `${account}/about`].map(async (path) =>
    adm.get(path, { 'Accept-Language': 'zh-TW,zh;q=0.9' }),
  );
  const shown = (await Promise.all(pages.map(async (page) => (await page).text()))).join();
  expect(shown).toContain('lang="zh-CN"');
  for (const word of ['分配新成员', '授权详情', '商品橱窗', '广告授权', '取消授权']) expect(shown).toContain(word);
});

/** What an error page says, apart from the number of the request. */
function mainOf(page: string): string {
  return /<main[\s\S]*<\/main>/.exec(page)?.[0].replace(/<code[^>]*>.*?<\/code>/, '') ?? '';
}
