import { expect, onTestFinished, test, vi } from 'vitest';
import { assign, put } from '../support/cast.ts';
import { signInAs, type SignedInBrowser } from '../support/signed-in.ts';
import { until } from '../support/service.ts';
import { sql } from '../support/sql.ts';
import { world } from '../support/world.ts';

// What others changed since somebody's last visit, on the lists that somebody comes back to.

const LISTS = ['tiktok-accounts', 'access-requests', 'history'];
const SAID = /(\d+|1,000\+) changes? by others since your last visit/;

/** A browser that keeps the cookies of its visits. */
function visitor(browser: SignedInBrowser): (path: string) => Promise<string | null> {
  let kept = '';
  return async (path) => {
    const answer = await browser.get(`/console/bc1/${path}`, { Cookie: `${browser.cookie}${kept}` });
    const set = answer.headers.getSetCookie().find((it) => it.includes('sparkgate_visit_'));
    if (set !== undefined) kept = `; ${set.split(';', 1)[0]}`;
    const text = (await answer.text()).replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    return SAID.exec(text)?.[1] ?? null;
  };
}

/** Goes on by minutes, for this process alone. */
function later(minutes: number): void {
  const now = Date.now() + minutes * 60_000;
  vi.setSystemTime(now);
}

test('changes of others are counted from visit to visit, whichever list is looked at', async () => {
  onTestFinished(() => void vi.useRealTimers());
  vi.useFakeTimers({ toFake: ['Date'] });
  const app = await world({ granted: ['LIVE', 'POST'] });
  const see = visitor(await signInAs(app, 'user:adm'));
  const look = async (list: string): Promise<string | null> => {
    await until(async () => (await sql(app, 'select from unsealed_write')).length === 0);
    return see(list);
  };
  expect(await look('tiktok-accounts'), 'nobody has been here before').toBeNull();
  await put(app, '/v1/business-centers/bc1/members/new1', { user_role: 'STANDARD' });
  await put(app, '/v1/business-centers/bc1/members/new2', { user_role: 'STANDARD' });
  expect(await look('access-requests'), 'the visit still goes on').toBeNull();
  later(31);
  expect(await look('tiktok-accounts'), 'seen already').toBeNull();
  await put(app, '/v1/business-centers/bc1/members/new3', { user_role: 'STANDARD' });
  await assign(app, 'sam', ['POST']);
  later(31);
  for (const list of LISTS) expect([list, await look(list)]).toEqual([list, '1']);
  await put(app, '/v1/business-centers/bc1/members/new4', { user_role: 'STANDARD' });
  expect(await look('history'), 'and what comes meanwhile').toBe('2');
  later(31);
  expect(await look('history'), 'of this visit none is left').toBeNull();
});

test('whoever may not see the history is told nothing, and a cookie that says anything is no error', async () => {
  const app = await world({ granted: ['POST'], assigned: { sam: ['POST'] } });
  const sam = await signInAs(app, 'user:sam');
  const answer = await sam.get('/console/bc1/tiktok-accounts');
  expect(answer.headers.getSetCookie().join()).not.toContain('sparkgate_visit');
  const adm = await signInAs(app, 'user:adm');
  const first = await adm.get('/console/bc1/tiktok-accounts');
  const [name = ''] =
    first.headers
      .getSetCookie()
      .find((it) => it.includes('sparkgate_visit_'))
      ?.split('=') ?? [];
  const forged = { since: -1, ended: 9e99, seen: 'x', looked: 0 };
  for (const value of ['', 'x', `0.${Buffer.from(JSON.stringify(forged)).toString('base64url')}`]) {
    const again = await adm.get('/console/bc1/tiktok-accounts', { Cookie: `${adm.cookie}; ${name}=${value}` });
    expect([value, again.status, SAID.test(await again.text())]).toEqual([value, 200, false]);
  }
});
