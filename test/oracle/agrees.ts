import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SEED } from '../support/seed.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { CLIENT, startIssuer, type TestIssuer } from '../support/issuer.ts';
import { histories } from './histories.ts';
import { play } from './play.ts';
import { actionsOf } from './rules.ts';
import type { Service } from './send.ts';
import type { Tally } from './stage.ts';

const AUDIENCE = 'https://api.sparkgate.test';
/** How long one history is. Many short ones say more than a long one, and a failing one can be made small. */
const STEPS = 50;
/** At least so many checks are in one, on the average of a run. */
const CHECKS_A_HISTORY = 215;

/** How often ten more histories may be played for what was not seen yet. */
const MOST_MORE = 10;

/** Declares the test that the service and the oracle agree; within `minutes`, a failing history is made smaller. */
export function agrees({ checks, minutes }: { checks: number; minutes: number }): void {
  let issuers: Record<string, TestIssuer>;
  let app: TestApp;
  let database: Client;
  beforeAll(async () => {
    const [user, owner] = await Promise.all([startIssuer({ redirectUris: [] }), startIssuer({ redirectUris: [] })]);
    issuers = { user, tiktok_account: owner };
    app = await testApp({
      OIDC_ISSUER: user.url,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_AUDIENCE: AUDIENCE,
      TIKTOK_OIDC_ISSUER: owner.url,
      TIKTOK_OIDC_CLIENT_ID: CLIENT.id,
      TIKTOK_OIDC_AUDIENCE: AUDIENCE,
    });
    database = new Client({ connectionString: app.databaseUrl });
    await database.connect();
  });
  afterAll(async () => {
    await database.end();
    await app.close();
    await Promise.all(Object.values(issuers).map(async (issuer) => issuer.close()));
  });

  test(
    `the service decides as the domain says, in ${checks} checks (seed ${SEED})`,
    { timeout: minutes * 120_000 },
    async () => {
      const tally: Tally = { checks: 0, of: new Map() };
      const service: Service = { app, database, tokenFor: tokens(issuers) };
      const run = async (seed: number, numRuns: number): Promise<void> =>
        fc.assert(
          fc.asyncProperty(histories(STEPS), async (history) => play(service, history, tally)),
          { seed, numRuns, interruptAfterTimeLimit: minutes * 60_000, markInterruptAsFailure: true },
        );
      await run(SEED, Math.ceil(checks / CHECKS_A_HISTORY));
      // What is rare may take some more histories than the checks do.
      for (let more = 1; more <= MOST_MORE && neverSeen(tally).length > 0; more += 1) await run(SEED + more, 10);
      expect(tally.checks).toBeGreaterThan(checks * 0.9);
      expect(neverSeen(tally)).toEqual([]);
    },
  );
}

/** Tokens that last for the whole test, one a person. */
function tokens(issuers: Record<string, TestIssuer>): Service['tokenFor'] {
  const known = new Map<string, Promise<string>>();
  return async ({ type, id }) => {
    const name = `${type}:${id}`;
    const exp = Math.floor(Date.now() / 1000) + 86_400;
    const token = known.get(name) ?? (issuers[type] as TestIssuer).token({ sub: id, aud: AUDIENCE, exp });
    known.set(name, token);
    return token;
  };
}

/** A rule that was never allowed, or never denied, was not tried. */
function neverSeen({ of }: Tally): string[] {
  const rules = ['business_center', 'tiktok_account', 'ad_account', 'access_request'].flatMap(actionsOf);
  const callers = ['key', 'confined', 'person'];
  const wanted = [
    ...rules.flatMap((action) => [`key ${action} ALLOW`, `key ${action} DENY`]),
    ...callers.flatMap((caller) => [`${caller} create_spark_ad ALLOW`, `${caller} create_spark_ad DENY`]),
    ...[
      'request',
      'cancel',
      'approve',
      'assign',
      'unassign',
      'revoke',
      'revoke as owner',
      'freeze',
      'unfreeze',
    ].flatMap((it) => [`${it} done`, `${it} refused`]),
  ];
  return wanted.filter((it) => !of.has(it));
}
