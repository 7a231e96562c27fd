import { onTestFinished, expect, test } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { decision } from '../support/cast.ts';
import { policiesWith, type Edit } from '../support/policy-dir.ts';
import { P1, world, type WorldFacts } from '../support/world.ts';

// The reasons of a denial come from the policies themselves: they follow whatever a reviewer writes.

const FILE = 'resource_policies/tiktok_account.yaml';
const ROLES = 'derived_roles/tiktok_account.yaml';

async function worldUnder(facts: WorldFacts, ...edits: Edit[]): Promise<TestApp> {
  const policies = await policiesWith(...edits);
  onTestFinished(async () => policies.remove());
  return world(facts, policies.environment);
}

const ad = async (app: TestApp, user: string, post: object = P1): Promise<string> =>
  decision(app, user, 'create_spark_ad', 'tiktok_account:brand', { advertiser_id: 'adv1', post });

test('ANALYST may run ads: ALLOW with it, and only no role at all is insufficient', async () => {
  const app = await worldUnder({ granted: ['POST'], assigned: { sam: ['POST'] }, roles: { 'sam@adv1': 'ANALYST' } }, [
    FILE,
    'roles_that_run_ads: [ADMIN, OPERATOR]',
    'roles_that_run_ads: [ADMIN, OPERATOR, ANALYST]',
  ]);
  expect(await ad(app, 'sam')).toBe('ALLOW via BUSINESS_CENTER');
  expect(await ad(app, 'sam', { ...P1, visibility: 'PRIVATE' })).toBe('DENY POST_NOT_PUBLIC');
  expect(await ad(app, 'adm')).toBe('DENY NO_ASSIGNMENT ADVERTISER_ROLE_INSUFFICIENT');
});

test('no Spark Ads through links: DENY them, keep the rest of the link', async () => {
  const facts = { linked: { sam: ['POST'] }, roles: { 'sam@adv1': 'ADMIN' } };
  expect(await ad(await world(facts), 'sam')).toBe('ALLOW via ACCOUNT_LINK');
  const app = await worldUnder(facts, [
    FILE,
    'name: linked-users-create-spark-ads\n      actions: [create_spark_ad]',
    'name: linked-users-create-nothing\n      actions: [create_nothing]',
  ]);
  expect(await ad(app, 'sam')).toBe('DENY NO_GRANT NO_ASSIGNMENT');
  expect(await decision(app, 'sam', 'read_public_videos')).toBe('ALLOW via ACCOUNT_LINK');
});

test('administrators no longer view everything: they lack an assignment, as anybody', async () => {
  const app = await worldUnder({ granted: ['POST'] }, [
    FILE,
    'derivedRoles: [grantee_administrator]\n\n    # R4: standard members',
    'derivedRoles: [account_owner]\n\n    # R4: standard members',
  ]);
  expect(await decision(app, 'adm', 'view')).toBe('DENY NO_ASSIGNMENT');
  expect(await decision(app, 'sam', 'view')).toBe('DENY NO_ASSIGNMENT');
});

test('standard members assign too: nobody is told to become an administrator', async () => {
  const app = await worldUnder({}, [ROLES, 'p.user_role == "ADMIN"', 'p.user_role != null']);
  const action = { bc_id: 'bc1', user_id: 'adm', scopes: ['POST'] };
  expect(await decision(app, 'sam', 'assign_member', 'tiktok_account:brand', action)).toBe('DENY NO_GRANT');
  expect(await decision(app, 'ext', 'assign_member', 'tiktok_account:brand', action)).toBe(
    'DENY NO_GRANT NOT_A_MEMBER',
  );
});

test('a rule that nobody can satisfy: DENY without a reason that would not help', async () => {
  const app = await worldUnder({ granted: ['POST'] }, [
    FILE,
    '- expr: V.assigned_post\n              - expr: V.runs_ads_there\n              - expr: V.names_ad_enabled_post',
    '- expr: 1 == 2\n              - expr: V.runs_ads_there\n              - expr: V.names_ad_enabled_post',
  ]);
  expect(await ad(app, 'adm')).toBe('DENY ');
});

test('a profile that takes both scopes: the one that is assigned does not suffice', async () => {
  const app = await worldUnder({ granted: ['POST'], assigned: { sam: ['POST'] } }, [
    FILE,
    'expr: V.assigned_post || V.assigned_live\n\n    # R6',
    'expr: V.assigned_post && V.assigned_live\n\n    # R6',
  ]);
  expect(await decision(app, 'sam', 'read_profile')).toBe('DENY SCOPE_NOT_GRANTED SCOPE_NOT_ASSIGNED');
});

test('a rule that names a person or an account: it is about that one, also right after another was asked', async () => {
  const app = await worldUnder({ granted: ['POST'], assigned: { sam: ['POST'], adm: ['POST'] } }, [
    FILE,
    'expr: V.assigned_post || V.assigned_live\n\n    # R6',
    'expr: (V.assigned_post || V.assigned_live) && P.id != "sam" && R.id == "brand"\n\n    # R6',
  ]);
  expect(await decision(app, 'adm', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
  expect(await decision(app, 'sam', 'read_profile')).toBe('DENY ');
  expect(await decision(app, 'adm', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
  expect(await decision(app, 'sam', 'read_public_videos')).toBe('ALLOW via BUSINESS_CENTER');
});
