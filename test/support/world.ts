import { onTestFinished } from 'vitest';
import { testApp, type TestApp } from './app.ts';
import { assign, grant, put, standardWorld } from './cast.ts';

/** What holds on top of the standard world, as the decision cases write it. */
export interface WorldFacts {
  /** Scopes of bc1's account grant on @brand. */
  granted?: string[];
  /** A{..}: scopes by user, assigned in bc1. */
  assigned?: Record<string, string[]>;
  /** `sam@adv1` -> advertiser role. */
  roles?: Record<string, string>;
  /** Scopes that a link between the user and @brand carries. */
  linked?: Record<string, string[]>;
}

/** The world of one decision case, in a database of its own that goes with the test. */
export async function world(facts: WorldFacts = {}, environment: NodeJS.ProcessEnv = {}): Promise<TestApp> {
  const app = await testApp(environment);
  onTestFinished(async () => app.close());
  await standardWorld(app);
  await bringAbout(app, facts);
  return app;
}

/** Adds facts to the standard world. */
async function bringAbout(app: TestApp, facts: WorldFacts): Promise<void> {
  const { granted, assigned = {}, roles = {}, linked = {} } = facts;
  if (granted) await grant(app, granted);
  for (const [user, scopes] of Object.entries(assigned)) await assign(app, user, scopes);
  for (const [where, role] of Object.entries(roles)) {
    const [user = '', adAccount = ''] = where.split('@');
    await put(app, `/v1/ad-accounts/${adAccount}/members/${user}`, { advertiser_role: role });
  }
  for (const [user, scopes] of Object.entries(linked)) {
    await put(app, `/v1/tiktok-accounts/brand/links/${user}`, { scopes });
  }
}

/** p1: a public post of @brand with ad authorization on. */
export const P1 = { item_id: 'p1', tiktok_account_id: 'brand', visibility: 'PUBLIC', ad_authorization: true };
