import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Group } from '../../src/review/impact/population.ts';
import { unnamed } from '../../src/review/impact/inconclusive.ts';
import { waysFor, type Ways } from '../../src/review/impact/trial-plan.ts';
import { CAST, liveWorld, type LiveWorld } from './live-world.ts';
import { editedPolicies, policyHere, type Edit } from './support.ts';

const ACCOUNT = 'resource_policies/tiktok_account.yaml';
const CENTER = 'resource_policies/business_center.yaml';
const POLICIES = join(import.meta.dirname, '../../policies');

let world: LiveWorld;
beforeAll(async () => {
  world = await liveWorld([
    ...CAST,
    { type: 'account_link', tiktok_account_id: 'brand', user_id: 'sam', scopes: ['POST'] },
    { type: 'business_center', bc_id: 'bc3', name: 'Third Agency' },
    { type: 'member', bc_id: 'bc3', user_id: 'two', user_role: 'STANDARD' },
    { type: 'member', bc_id: 'bc1', user_id: 'two', user_role: 'STANDARD' },
    { type: 'account_grant', bc_id: 'bc3', tiktok_account_id: 'brand', scopes: ['LIVE'] },
    { type: 'assignment', bc_id: 'bc3', tiktok_account_id: 'brand', user_id: 'two', scopes: ['LIVE'] },
  ]);
});
afterAll(async () => world.drop());

const policy = policyHere(() => world.environment);

const rules = (...added: readonly (readonly [action: string, expr: string, effect?: 'DENY'])[]): Edit => {
  const texts = added.map(
    ([action, expr, effect = 'ALLOW'], index) => `
    - name: added-${index}
      actions: [${action}]
      effect: EFFECT_${effect}
      roles: [user]
      condition: { match: { expr: '${expr}' } }`,
  );
  return [ACCOUNT, '  rules:', `  rules:${texts.join('')}`];
};

const through = (which: string): string => `R.attr.paths.exists(p, p.via == "BUSINESS_CENTER" && ${which})`;

/** What an edit does to whom, without the rules, Business Centers and names below each change. */
async function changesBy(...edits: readonly Edit[]) {
  const head = await editedPolicies(...edits);
  const { code, stdout } = await policy('impact', '--base-dir', POLICIES, '--policies', head);
  return { code, stdout, told: stdout.split('\n').filter((line) => / (?:gains?|loses?) \w+ on /.test(line)) };
}

test('naming a Business Center shows its grant to anybody, and of a member all but that one path is gone', async () => {
  const { code, stdout, told } = await changesBy(
    rules(
      ['revoke_grant', through('p.user_role != "STANDARD" && p.grant == "ACTIVE" && "POST" in p.granted')],
      ['appeal', through('p.user_role == null && p.grant == "REVOKED"')],
      ['apply', through('p.user_role == null && p.grant == "NONE"')],
      ['view_grants', 'V.assigned_live && !R.attr.paths.exists(p, p.via == "ACCOUNT_LINK")'],
      ['view_numbers', 'V.assigned_live && size(R.attr.paths) == 1'],
    ),
  );
  expect(told).toEqual([
    '1 user gains view_grants on 1 account',
    '1 user gains view_grants on 1 account (naming a Business Center)',
    '2 users gain view_numbers on 1 account (naming a Business Center)',
    'anybody without a connection gains apply on any account (naming a Business Center)',
    'anybody who names a Business Center of others gains revoke_grant on any account that it holds or held',
  ]);
  expect(stdout).toContain('sam on @brand, two on @brand');
  // Through the one that decides, and not through the other that he belongs to.
  expect(stdout).toContain('in bc1 1, bc3 1');
  expect(code).toBe(10);
});

test('every value that rules tell apart is named, for losses as for gains', async () => {
  const head = await editedPolicies(rules(['read_live_videos', 'R.attr.post != null && R.attr.live == false', 'DENY']));
  const base = await editedPolicies(
    [ACCOUNT, '        && R.attr.post.visibility == "PUBLIC"\n', ''],
    [ACCOUNT, 'R.attr.assignee.member == true', 'R.attr.assignee.member != true'],
    [CENTER, 'R.attr.scopes == null || size(R.attr.scopes) > 0', 'true'],
  );
  const { code, stdout } = await policy('impact', '--base-dir', base, '--policies', head);
  const post = 'with a post of this account, not public, with ad authorization on';
  expect(stdout).toContain(`1 user loses create_spark_ad on 1 account (${post}; in some ad account)`);
  expect(stdout).toContain('2 users lose read_live_videos on 1 account (with a post)\n');
  expect(stdout).toContain('1 user loses assign_member on 1 account (for somebody who is no member, or');
  expect(stdout).toMatch(/loses assign_member .* or \d+ more ways to name something\)/);
  expect(stdout).toMatch(/1 user gains assign_member on 1 account \(for a member/);
  expect(stdout).toContain(
    '2 members lose request_account_access on 2 Business Centers (with an empty list of scopes)',
  );
  expect(code).toBe(10);
});

test('where a rule looks at all paths at once, comparing situations is not taken for everything', async () => {
  const head = await editedPolicies(rules(['view', 'size(R.attr.paths) >= 3', 'DENY']));
  const all = await policy('impact', '--no-database', '--base-dir', POLICIES, '--policies', head);
  expect(all.stdout).toContain(
    'Not all situations of tiktok_account were compared: `size(R.attr.paths) >= 3` looks at',
  );
  expect(all.code).toBe(9);
  // With a database the very lists of those who are there are decided, however long.
  const real = await policy('impact', '--base-dir', POLICIES, '--policies', head);
  expect(real.stdout).toContain('nobody is in such a situation today');
  expect(real.code).toBe(0);
});

/** Rules of which nothing is known but that they look at everything. */
const sides = { actions: () => ['create_spark_ad'], describeOtherwise: () => false, looksAt: () => true };
const group: Group = { key: '', pairs: 1, point: { role: 'user', attr: {} }, held: ['ADMIN'], named: [] };

test('all that may be named is tried as far as it is cheap, and else it cannot be told', () => {
  const ways = (groups: readonly Group[]): Ways | undefined =>
    waysFor('tiktok_account', { sides, units: new Map() }, groups).get('create_spark_ad');
  const few = ways([group]);
  expect(few).toMatchObject({ all: true, runs: true });
  const posts = few?.namings.flatMap(({ attr }) => (attr['post'] === undefined ? [] : [JSON.stringify(attr['post'])]));
  expect(new Set(posts).size).toBe(27);
  const many = ways(Array.from({ length: 1000 }, () => group));
  expect(many?.all).toBe(false);
  expect(many?.namings.length).toBeLessThan(30);

  const about = { kind: 'tiktok_account', action: 'create_spark_ad' };
  const lost = { ...about, classes: 9, gained: 0, lost: 1, example: '', sorts: [], of: 'sorts of situations' } as const;
  const whole = { changes: [lost], whole: new Set(['tiktok_account']), units: new Map() };
  expect(unnamed([about], [], whole)).toEqual([
    'It cannot be told whether somebody loses create_spark_ad: not all that a caller may name was tried.',
  ]);
  expect(unnamed([about], [], { ...whole, changes: [] })).toEqual([]);
  expect(unnamed([about], [], { ...whole, whole: new Set<string>() })).toHaveLength(2);
});
