import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { readBundle } from '../../src/decision/bundle.ts';
import { firstMinutes, localTime, WEEKDAYS } from '../../src/facts/clock.ts';
import { readFacts } from '../../src/facts/kind.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, decision, grant, standardWorld } from '../support/cast.ts';
import { policiesDeclaring } from '../support/declared.ts';
import type { Edit } from '../support/policy-dir.ts';

const FILE = 'resource_policies/tiktok_account.yaml';
const hours = (expr: string): Edit => [
  FILE,
  '  rules:\n',
  `  rules:\n    - {name: in-working-hours, actions: [read_profile], effect: EFFECT_DENY, roles: ["*"], condition: {match: {expr: '${expr}'}}}\n`,
];

test.each([
  ['2026-11-29T02:40:00Z', 'UTC', 'SUNDAY', 160],
  ['2026-11-29T02:40:59.999Z', 'Asia/Shanghai', 'SUNDAY', 640],
  ['2026-11-29T16:00:00Z', 'Asia/Shanghai', 'MONDAY', 0],
  ['2026-11-29T15:59:59Z', 'Asia/Shanghai', 'SUNDAY', 1439],
  // Where summer ends, an hour comes twice.
  ['2026-10-25T00:30:00Z', 'Europe/Berlin', 'SUNDAY', 150],
  ['2026-10-25T01:30:00Z', 'Europe/Berlin', 'SUNDAY', 150],
])('%s in %s is %s, minute %i', (at, zone, weekday, minute) => {
  expect(localTime(Date.parse(at), zone)).toEqual({ weekday, minute });
});

test('numbers part the day where a comparison with them can come out otherwise', () => {
  const number = fc.oneof(fc.integer({ min: -5, max: 1445 }), fc.double({ min: -5, max: 1445, noNaN: true }));
  fc.assert(
    fc.property(fc.array(number, { maxLength: 6 }), fc.integer({ min: 0, max: 1439 }), (numbers, minute) => {
      const sent = firstMinutes(numbers).findLast((first) => first <= minute) ?? -1;
      for (const it of numbers) {
        expect([sent < it, sent <= it, sent === it]).toEqual([minute < it, minute <= it, minute === it]);
      }
    }),
  );
});

test.each([
  'R.attr.clock.minute_of_day % 60 == 0',
  'R.attr.clock.minute_of_day + 30 > 600',
  'V.minute * 1 == 3',
  'cel.bind(m, R.attr.clock.minute_of_day, m > 600)',
  'string(R.attr.clock.minute_of_day) == "600"',
  'R.attr.clock.minute_of_day in R.attr.paths.map(p, 600)',
])('%s is refused, since the minutes between two numbers are sent as one', async (expr) => {
  const minute: Edit = [
    FILE,
    '  variables:\n    local:\n',
    '  variables:\n    local:\n      minute: R.attr.clock.minute_of_day\n',
  ];
  const policies = await policiesDeclaring(['clock'], hours(expr), minute);
  await expect(readBundle(policies.environment.POLICY_DIR)).rejects.toThrow(
    /tiktok_account\.yaml:\d+: .*(?:does more with minute_of_day than compare it with numbers|cannot be told)/,
  );
  await policies.remove();
});

let app: TestApp;
let remove: () => Promise<void>;
let folder: string;
beforeAll(async () => {
  const expr =
    'R.attr.clock.weekday in ["SATURDAY", "SUNDAY"] || R.attr.clock.minute_of_day < 540 || R.attr.clock.minute_of_day >= 1080';
  const policies = await policiesDeclaring(['clock'], hours(expr));
  remove = policies.remove;
  folder = policies.environment.POLICY_DIR;
  app = await testApp({ ...policies.environment, CLOCK_TIME_ZONE: 'Asia/Shanghai' });
  await standardWorld(app);
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
});
afterAll(async () => {
  await app.close();
  await remove();
});

test('working hours are those of the zone, and what is decided in them is remembered to their end', async () => {
  const { decider } = app.runtime.services;
  const bundle = await readBundle(folder);
  const clock = bundle.vocabulary.tiktok_account['clock'];
  if (clock?.sort !== 'record') throw new Error('the clock is not sent');
  const sent = (at: string): unknown => readFacts(clock.parts, localTime(Date.parse(at), decider.timeZone));
  // 09:00 to 18:00 in Shanghai.
  expect(['00:59', '01:00', '01:01', '09:59', '10:00', '10:01'].map((it) => sent(`2026-11-30T${it}:00Z`))).toEqual(
    [1, 540, 541, 541, 1080, 1081].map((minute) => ({ weekday: 'MONDAY', minute_of_day: minute })),
  );
  const now = localTime(Date.now(), 'Asia/Shanghai');
  const isOpen = !['SATURDAY', 'SUNDAY'].includes(now.weekday) && now.minute >= 540 && now.minute < 1080;
  const told = await decision(app, 'sam', 'read_profile');
  expect(told).toBe(isOpen ? 'ALLOW via BUSINESS_CENTER' : 'DENY ATTRIBUTE_INSUFFICIENT');
  const found = await app.call('POST', '/access/v1/search/subject', {
    body: {
      subject: { type: 'user' },
      action: { name: 'read_profile' },
      resource: { type: 'tiktok_account', id: 'brand' },
    },
  });
  expect(found.body.results).toEqual(isOpen ? [{ type: 'user', id: 'sam' }] : []);
});

test('what is allowed at every moment of the week is what the rule says', async () => {
  const { explainer } = app.runtime.services;
  const paths = [
    {
      via: 'BUSINESS_CENTER',
      user_role: 'STANDARD',
      grant: 'ACTIVE',
      granted: ['POST'],
      assigned: ['POST'],
      center_frozen: false,
    },
  ];
  for (const weekday of WEEKDAYS) {
    for (const minute of [0, 539, 540, 541, 1079, 1080, 1439]) {
      const { kind, action, roles, resourceAttr } = decisionInput({
        kind: 'tiktok_account',
        action: 'read_profile',
        roles: ['user'],
        resourceAttr: { paths, clock: { weekday, minute_of_day: minute } },
      });
      const isOpen = weekday !== 'SATURDAY' && weekday !== 'SUNDAY' && minute >= 540 && minute < 1080;
      expect([weekday, minute, await explainer.allows({ kind, action, roles, resourceAttr })]).toEqual([
        weekday,
        minute,
        isOpen,
      ]);
    }
  }
});
