import { Browser } from './browser.ts';
import type { Recording } from './recording.ts';

const PEOPLE = [
  'user:adm',
  'user:sam',
  'user:lee',
  'user:ext',
  'user:rita',
  'tiktok_account:brand',
  'tiktok_account:other',
];
const LANGUAGES = ['en', 'zh-CN'];
const STARTS = `
/
/console
/my-account
/review
/sign-in
/sign-in?as=tiktok_account&next=/my-account
/console/bc1
/console/bc2
/console/nobody-knows
/consent/nobody-knows
/no-such-page
/sign-out
/console/bc1/request-access
/console/bc1/members
/console/bc1/ad-accounts
/console/bc1/access-requests
/console/bc1/tiktok-accounts?q=br
/console/bc1/members?q=zzz
/console/bc1/tiktok-accounts/nobody-knows
/console/bc1/tiktok-accounts/brand
/console/bc1/tiktok-accounts/brand?advertiser_id=adv1
/console/bc1/tiktok-accounts/brand/assign
/console/bc1/tiktok-accounts/brand/assign?members=sam&scopes=POST
/console/bc1/tiktok-accounts/brand/members/sam
/console/bc1/tiktok-accounts/brand/revoke
/my-account/grants/bc1
/my-account/grants/bc1/revoke
/my-account/grants/nobody-knows
/review?subject_type=user&subject_id=sam&action=create_spark_ad&resource_type=tiktok_account&resource_id=brand
/review?subject_type=user&subject_id=&action=fly&resource_type=tiktok_account&resource_id=brand&properties=%7B
`
  .trim()
  .split('\n');

/**
 * Every page that each of the demo's people comes to, in both languages. Nothing changes by it.
 * @param more how many pages that links lead to, for each of them
 */
export async function recordPages(recording: Recording, url: string, world: string, more: number): Promise<void> {
  for (const language of LANGUAGES) {
    const stranger = new Browser(recording, url, `${world} nobody`, language);
    await stranger.crawl([...STARTS, '/docs'], STARTS.length + 1);
    for (const who of PEOPLE) {
      const browser = new Browser(recording, url, `${world} ${who}`, language);
      const audience = who.startsWith('user:') ? /^(?!\/my-account\/)/ : /^(?!\/(?:console|review)[/?])/;
      const starts = STARTS.filter((path) => audience.test(path));
      await browser.signIn(who);
      await browser.crawl(starts, starts.length + more);
    }
  }
}

/** Every form of the flow, sent well and badly, until everything is as it was before. */
export async function recordForms(recording: Recording, url: string): Promise<void> {
  for (const language of LANGUAGES) {
    const open = async (who: string): Promise<Browser> => {
      const browser = new Browser(recording, url, `forms ${who}`, language);
      await browser.signIn(who);
      return browser;
    };
    const [adm, sam, other] = [await open('user:adm'), await open('user:sam'), await open('tiktok_account:other')];
    await badForms(adm, sam);
    await requests(adm, other);
    await members(adm);
    await other.submit('/my-account/grants/bc1/revoke', {});
    await other.crawl(['/my-account', '/my-account/grants/bc1'], 6);
    await adm.crawl(['/console/bc1/tiktok-accounts', '/console/bc1/tiktok-accounts/other'], 8);
    await adm.submit('/console/bc1/members', { language: 'zh-CN', back: '/console' }, '/language');
    await adm.submit('/console/bc1/members', { audience: 'user' }, '/sign-out');
    await adm.get('/console');
  }
}

const REQUEST = '/console/bc1/request-access';

async function badForms(adm: Browser, sam: Browser): Promise<void> {
  await adm.post(REQUEST, { scopes: 'POST', validity: '3600' }, 'without its field');
  await adm.submit(REQUEST, {});
  await adm.submit(REQUEST, { scopes: 'FLY', validity: '1', tiktok_account_id: 'x'.repeat(200) });
  await adm.submit('/console/bc1/tiktok-accounts/brand/assign', { intent: 'assign' });
  await adm.submit('/console/bc1/tiktok-accounts/brand/assign', {
    intent: 'assign',
    members: 'nobody-knows',
    scopes: 'POST',
  });
  await adm.submit('/console/bc1/tiktok-accounts/brand/assign', { intent: 'search', q: 's' });
  await sam.submit(
    '/console/bc1/tiktok-accounts/brand',
    { intent: 'assign', members: 'sam', scopes: 'POST' },
    '/console/bc1/tiktok-accounts/brand/assign',
  );
  await sam.submit('/console/bc1/ad-accounts', { scopes: 'POST', validity: '3600' }, REQUEST);
}

async function requests(adm: Browser, other: Browser): Promise<void> {
  const make = async (): Promise<string> => {
    const made = await adm.submit(REQUEST, { scopes: ['LIVE', 'POST'], validity: '3600' });
    return made.headers.get('location') ?? '/console/bc1';
  };
  const cancelled = await make();
  await adm.get(`${cancelled}/state`);
  await adm.submit(`${cancelled}/cancel`, {});
  await adm.crawl([cancelled, `${cancelled}/state`], 2);
  for (const answer of ['decline', 'approve']) {
    const path = await make();
    const { text } = await adm.get(path);
    const consent = /\/consent\/[\w-]+/.exec(text)?.[0] ?? '/consent/none';
    await other.post(`${consent}/${answer}`, {}, 'without its field');
    await other.submit(consent, {}, `${consent}/${answer}`);
    await other.crawl([consent, '/my-account'], 4);
    await adm.crawl([path, '/console/bc1/access-requests'], 4);
  }
}

async function members(adm: Browser): Promise<void> {
  const account = '/console/bc1/tiktok-accounts/other';
  await adm.submit(`${account}/assign`, { intent: 'assign', members: ['sam', 'adm'], scopes: ['POST'] });
  await adm.crawl([account, `${account}/assign`, `${account}/members/sam`, `${account}/revoke`], 8);
  await adm.submit(`${account}/members/sam`, { scopes: 'LIVE' });
  await adm.submit(`${account}/members/sam`, {});
  await adm.submit(`${account}/members/adm?step=unassign`, { intent: 'unassign' }, `${account}/members/adm`);
  await adm.get(account);
}
