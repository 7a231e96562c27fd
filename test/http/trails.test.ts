import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, grant, standardWorld } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { inWords } from '../support/outcome.ts';
import { entriesAt, entry, type Entry } from '../support/trails.ts';

// Every changed row is an entry in the trail of each Business Center that it touches, and reads alike whoever wrote it.

const BC1 = '/v1/business-centers/bc1';
const profile = (more: object): object => ({
  handle: '@brand',
  display_name: null,
  ad_authorization: null,
  showcase: null,
  ...more,
});

/** A change as one call, and as the same fact in an import; and the entries that it makes. */
interface Change {
  path: string;
  body: object;
  line: object;
  entries: Entry[];
  actor?: string;
}

const named = (name: string, bcId: string | null, more = {}): object => ({ name, bc_id: bcId, ...more });
const role = (advertiserId: string, as: string): object => ({ advertiser_id: advertiserId, advertiser_role: as });
const brand = (...scopes: string[]): object => ({ tiktok_account_id: 'brand', scopes });

const center = (bcId: string, name: string, before: object | null): Change => ({
  path: `/v1/business-centers/${bcId}`,
  body: { name },
  line: { type: 'business_center', bc_id: bcId },
  entries: [entry(bcId, 'business_center.put', `business_center:${bcId}`, before, { name })],
});
const member = (userId: string, as: string, before: object | null): Change => ({
  path: `${BC1}/members/${userId}`,
  body: { user_role: as },
  line: { type: 'member', bc_id: 'bc1', user_id: userId },
  entries: [entry('bc1', 'member.put', `user:${userId}`, before, { user_role: as })],
});
const adAccount = (
  id: string,
  body: object,
  trails: (string | null)[],
  before: object | null,
  after: object,
): Change => ({
  path: `/v1/ad-accounts/${id}`,
  body,
  line: { type: 'ad_account', advertiser_id: id },
  entries: trails.map((bcId) => entry(bcId, 'ad_account.put', `ad_account:${id}`, before, after)),
});
const roleIn = (id: string, bcId: string | null, userId: string, as: string, before: object | null): Change => ({
  path: `/v1/ad-accounts/${id}/members/${userId}`,
  body: { advertiser_role: as },
  line: { type: 'ad_account_member', advertiser_id: id, user_id: userId },
  entries: [entry(bcId, 'ad_account_member.put', `user:${userId}`, before, role(id, as))],
});
const account = (
  id: string,
  body: object,
  trails: (string | null)[],
  before: object | null,
  after: object,
): Change => ({
  path: `/v1/tiktok-accounts/${id}`,
  body,
  line: { type: 'tiktok_account', id },
  entries: trails.map((bcId) => entry(bcId, 'tiktok_account.put', `tiktok_account:${id}`, before, after)),
});
const assignment = (userId: string, scopes: string[], before: object | null, flags: string[] = []): Change => ({
  path: `${BC1}/tiktok-accounts/brand/members/${userId}`,
  body: { scopes },
  line: { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: userId },
  entries: [{ ...entry('bc1', 'assignment.put', `user:${userId}`, before, brand(...scopes)), flags }],
  actor: 'user:adm',
});
const removed = (userId: string, before: object): Entry =>
  entry('bc1', 'ad_account_member.removed', `user:${userId}`, before, null);

/** One after the other, each on what those before it left. */
const CHANGES: [what: string, Change][] = [
  ['a new Business Center', center('bc3', 'Three', null)],
  ['another name of it', center('bc3', '3', { name: 'Three' })],
  ['a new administrator', member('new', 'ADMIN', null)],
  ['a member who becomes an administrator', member('sam', 'ADMIN', { user_role: 'STANDARD' })],
  ['a new ad account', adAccount('adv7', named('Seven', 'bc1'), ['bc1'], null, named('Seven', 'bc1'))],
  ['a new ad account of none', adAccount('adv8', { name: 'Eight' }, [null], null, named('Eight', null))],
  [
    'another name of an ad account',
    adAccount('adv7', { name: '7' }, ['bc1'], named('Seven', 'bc1'), named('7', 'bc1')),
  ],
  ['a role in an ad account', roleIn('adv7', 'bc1', 'sam', 'OPERATOR', null)],
  ['another role in it', roleIn('adv7', 'bc1', 'sam', 'ANALYST', role('adv7', 'OPERATOR'))],
  ['a role of somebody else', roleIn('adv7', 'bc1', 'lee', 'ADMIN', null)],
  ['a role in an ad account of none', roleIn('adv8', null, 'sam', 'OPERATOR', null)],
  [
    'an ad account that comes to its first Business Center',
    adAccount('adv8', { bc_id: 'bc2' }, ['bc2'], named('Eight', null), named('Eight', 'bc2')),
  ],
  ['another role there: the one in it stayed', roleIn('adv8', 'bc2', 'sam', 'ADMIN', role('adv8', 'OPERATOR'))],
  [
    'an ad account that moves, with the roles in it',
    {
      ...adAccount('adv7', { bc_id: 'bc2' }, [], null, {}),
      entries: [
        ...adAccount('adv7', {}, ['bc1', 'bc2'], named('7', 'bc1'), named('7', 'bc2', { roles_ended: 2 })).entries,
        removed('sam', role('adv7', 'ANALYST')),
        removed('lee', role('adv7', 'ADMIN')),
      ],
    },
  ],
  [
    'an ad account that leaves',
    adAccount(
      'adv1',
      { bc_id: null },
      ['bc1'],
      named('Spring campaign', 'bc1'),
      named('Spring campaign', null, { roles_ended: 0 }),
    ),
  ],
  ['a new TikTok account', account('third', { handle: '@third' }, [null], null, profile({ handle: '@third' }))],
  [
    'what is known of an account that two hold',
    account('brand', { ad_authorization: false }, ['bc1', 'bc2'], profile({}), profile({ ad_authorization: false })),
  ],
  [
    "a link, which is its user's own",
    {
      path: '/v1/tiktok-accounts/brand/links/lee',
      body: { scopes: ['LIVE', 'POST'] },
      line: { type: 'account_link', tiktok_account_id: 'brand', user_id: 'lee' },
      entries: [entry(null, 'account_link.put', 'user:lee', brand('POST'), brand('LIVE', 'POST'))],
    },
  ],
  ['an assignment to oneself', assignment('adm', ['POST'], null, ['SELF_ASSIGNED'])],
  ['other scopes of an assignment', assignment('sam', ['LIVE', 'POST'], brand('POST'))],
];

describe.each(['PUT', 'import'] as const)('by %s', (by) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp();
    await standardWorld(app);
    await bring(app, [{ type: 'account_link', tiktok_account_id: 'brand', user_id: 'lee', scopes: ['POST'] }]);
    await grant(app, ['POST', 'LIVE']);
    await grant(app, ['LIVE'], 'bc2', 'brand', 'ext');
    await assign(app, 'sam', ['POST']);
  });
  afterAll(async () => app.close());

  test.each(CHANGES)('%s', async (_, { path, body, line, entries, actor }) => {
    const as = actor === undefined ? {} : { actor };
    const answer =
      by === 'PUT' ? await app.call('PUT', path, { body, ...as }) : await bring(app, [{ ...line, ...body }], as);
    expect(inWords(answer)).toBe('200');
    const told = await entriesAt(app, answer.headers.get('X-Sparkgate-Revision') ?? '');
    expect(
      inOrder(told.map(({ flags, ...it }) => ({ ...it, flags: flags.filter((flag) => flag !== 'IMPORTED') }))),
    ).toEqual(inOrder(entries));
    expect(told.every(({ flags }) => flags.includes('IMPORTED'))).toBe(by === 'import');
  });
});

const inOrder = (entries: readonly Entry[]): Entry[] =>
  entries.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
