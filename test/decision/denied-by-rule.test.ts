import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, decision, grant, put, standardWorld } from '../support/cast.ts';
import { policiesWith } from '../support/policy-dir.ts';

// Two rules that no better fact gets round: who administers uses nothing themself, and nobody reads live videos.
const RULES = `  rules:
    - name: administrators-read-no-profile
      actions: [read_profile]
      effect: EFFECT_DENY
      output: { when: { ruleActivated: '"own"' } }
      roles: ["*"]
      condition: { match: { expr: 'R.attr.paths.exists(p, p.user_role == "ADMIN")' } }
    - name: nobody-reads-live-videos
      actions: [read_live_videos]
      effect: EFFECT_DENY
      output: { when: { ruleActivated: '"own"' } }
      roles: ["*"]
`;

let app: TestApp;
let remove: () => Promise<void>;
beforeAll(async () => {
  const policies = await policiesWith(['resource_policies/tiktok_account.yaml', '  rules:\n', RULES]);
  remove = policies.remove;
  app = await testApp(policies.environment);
  await standardWorld(app);
  await put(app, '/v1/business-centers/bc1/members/eve', { user_role: 'ADMIN' });
  await grant(app, ['LIVE', 'POST']);
  for (const user of ['adm', 'sam']) await assign(app, user, ['LIVE', 'POST']);
});
afterAll(async () => {
  await app.close();
  await remove();
});

const ask = async (user: string, action: string, actor?: string) => {
  const body = {
    subject: { type: 'user', id: user },
    action: { name: action },
    resource: { type: 'tiktok_account', id: 'brand' },
  };
  const { body: answer } = await app.call('POST', '/access/v1/evaluation', { body, ...(actor && { actor }) });
  return answer.context.reasons as { code: string; rule?: string }[];
};

test('a denial that no better fact would change names the rule that denies', async () => {
  expect(await decision(app, 'sam', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
  for (const [user, action, rule] of [
    ['adm', 'read_profile', 'administrators-read-no-profile'],
    ['adm', 'read_live_videos', 'nobody-reads-live-videos'],
    ['sam', 'read_live_videos', 'nobody-reads-live-videos'],
  ] as const) {
    expect(await ask(user, action)).toEqual([{ code: 'DENIED_BY_RULE', message: expect.stringContaining(rule), rule }]);
  }
});

test('what is missing beside it is told all the same, and no rule that does not hold', async () => {
  expect((await ask('eve', 'read_public_videos')).map(({ code }) => code)).toEqual(['NO_ASSIGNMENT']);
});
