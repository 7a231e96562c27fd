import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ACTION_PROPERTIES } from '../../src/decision/action-properties.ts';
import { isStoredKind } from '../../src/decision/project.ts';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { assign, grant, put, standardWorld } from '../support/cast.ts';
import { hostileText } from './hostile.ts';
import { SEED } from './seed.ts';

vi.setConfig({ testTimeout: 180_000 });

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  await put(app, '/v1/ad-accounts/adv1/members/lee', { advertiser_role: 'ADMIN' });
  await put(app, '/v1/tiktok-accounts/brand/links/lee', { scopes: ['POST'] });
  await grant(app, ['LIVE', 'POST']);
  await assign(app, 'sam', ['POST']);
});
afterAll(async () => app.close());

const CAST = ['adm', 'sam', 'ext', 'lee', 'brand', 'other'];
const ACTIONS = [
  'view',
  'assign_member',
  'unassign_member',
  'read_profile',
  'read_public_videos',
  'read_live_videos',
  'create_spark_ad',
  'revoke_grant',
  'request_account_access',
  'approve',
  'decline',
];

const validText = hostileText.filter((text) => text.length > 0 && text.length <= 128 && !/[\p{Cc}\p{Cs}]/u.test(text));
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

/** What somebody would send who wants to talk themself into a role, and what belongs to an action. */
const claims = fc.record(
  {
    user_role: fc.constant('ADMIN'),
    advertiser_role: fc.constant('ADMIN'),
    paths: fc.constant([{ via: 'OWNER', user_role: 'ADMIN', granted: ['POST', 'LIVE'], assigned: ['POST', 'LIVE'] }]),
    roles: fc.constant(['admin']),
    owner: fc.constant(true),
    status: fc.constant('PENDING'),
    id: fc.constantFrom(...CAST),
    // A property of this name is a 400, for a batch as a whole.
    x: fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes('__proto__')),
  },
  { requiredKeys: [] },
);

const actionProperties = fc.record(
  {
    advertiser_id: fc.constantFrom('adv1', 'adv9', 'unknown'),
    bc_id: fc.constantFrom('bc1', 'bc2', 'unknown'),
    user_id: fc.constantFrom('sam', 'adm', 'nobody'),
    scopes: fc.subarray(['POST', 'LIVE', 'ALL']),
    post: fc.record(
      {
        item_id: fc.constant('p1'),
        tiktok_account_id: fc.constantFrom('brand', 'other'),
        visibility: fc.constantFrom('PUBLIC', 'FRIENDS'),
        ad_authorization: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    live: fc.constant({ live_id: 'l1' }),
  },
  { requiredKeys: [] },
);

const resource = fc.record({
  type: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('tiktok_account', 'tiktok_account', 'business_center', 'access_request') },
    { weight: 1, arbitrary: fc.oneof(fc.constantFrom('sparkgate_service', 'unknown'), validText) },
  ),
  id: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('brand', 'brand', 'other', 'bc1') },
    { weight: 1, arbitrary: validText },
  ),
  properties: maybe(claims),
});
const action = fc.record({
  name: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...ACTIONS) }, { weight: 1, arbitrary: validText }),
  properties: maybe(actionProperties),
});

/** What is asked, nearly always with no more than the kind of the resource takes: anything else is a 400. */
const asked = fc.record({ action, resource, misfit: fc.nat(9) }).map(({ misfit, ...it }) => {
  const { name, properties } = it.action;
  if (properties === undefined) return it;
  const sent =
    misfit === 0
      ? { ...properties, user_role: 'ADMIN' }
      : Object.fromEntries(Object.entries(properties).filter(([property]) => takes(it.resource.type, property)));
  return { ...it, action: { name, properties: sent } };
});

function takes(kind: string, property: string): boolean {
  if (!isStoredKind(kind)) return true;
  // A Business Center takes its own alone.
  return Object.hasOwn(ACTION_PROPERTIES[kind].shape, property) && (kind !== 'business_center' || property !== 'bc_id');
}

const checkBy = <T>(subject: fc.Arbitrary<T>) =>
  fc.record({ subject, asked, context: maybe(claims) }).map(({ asked: rest, ...check }) => ({ ...check, ...rest }));

const subjectOf = (type: fc.Arbitrary<string>, id: fc.Arbitrary<string>) =>
  fc.record({ type, id, properties: maybe(claims) });

/** Nearly the name of somebody of the cast. */
const lookalike = fc
  .tuple(fc.constantFrom(...CAST), fc.constantFrom(' ', '\u200B', '.', '%20', '/', ':', '\u0301'))
  .chain(([name, extra]) => fc.constantFrom(`${name}${extra}`, `${extra}${name}`, name.toUpperCase(), `user:${name}`));

/** People whom nobody knows, look-alikes, and names of the cast under another type of subject. */
const stranger = fc.oneof(
  subjectOf(
    fc.constantFrom('user', 'tiktok_account'),
    fc.oneof(
      lookalike,
      validText.filter((id) => !CAST.includes(id)),
    ),
  ),
  subjectOf(
    fc.oneof(
      fc.constantFrom('User', 'users', 'api_key', 'tiktok_account ', 'business_center', '*', 'operator'),
      validText.filter((type) => type !== 'user' && type !== 'tiktok_account'),
    ),
    fc.constantFrom(...CAST),
  ),
);

async function post(path: string, body: unknown): Promise<Answer> {
  return app.call('POST', `/access/v1/${path}`, { body });
}

test(`no stranger is ever allowed anything, whatever they claim (seed ${SEED})`, async () => {
  let decided = 0;
  await fc.assert(
    fc.asyncProperty(checkBy(stranger), async (check) => {
      // Whoever signs in as an account owns that account, known or not.
      fc.pre(check.subject.type !== 'tiktok_account' || check.subject.id !== check.resource.id);
      const answer = await post('evaluation', check);
      expect([200, 400]).toContain(answer.status);
      if (answer.status === 200) decided += 1;
      expect(answer.body.decision).not.toBe(true);
    }),
    { seed: SEED, numRuns: 1500 },
  );
  expect(decided).toBeGreaterThan(500);
});

/** What is to be the same however it is asked: all but the number of the answer. */
function outcome({ status, body }: Answer): unknown {
  return status === 200 ? shown(body) : { error: body.code };
}

function shown({ decision, context }: Answer['body']): unknown {
  if (context.error) return { error: context.error.code };
  const { id: _id, ...rest } = context;
  return { decision, ...rest };
}

const ALLOWED = {
  subject: { type: 'user', id: 'sam', properties: undefined },
  action: { name: 'read_profile', properties: undefined },
  resource: { type: 'tiktok_account', id: 'brand', properties: undefined },
  context: undefined,
};

test(`a check in a batch has the answer that it has alone (seed ${SEED})`, async () => {
  const subject = fc.oneof(
    subjectOf(fc.constantFrom('user', 'user', 'user', 'tiktok_account'), fc.constantFrom(...CAST)),
    stranger,
  );
  const check = checkBy(subject);
  const seen = new Set<unknown>();
  await fc.assert(
    fc.asyncProperty(fc.array(check, { minLength: 1, maxLength: 6 }), async (checks) => {
      const alone = await Promise.all(checks.map(async (it) => outcome(await post('evaluation', it))));
      const batch = await post('evaluations', { evaluations: checks });
      expect(batch.status).toBe(200);
      expect(batch.body.evaluations.map(shown)).toEqual(alone);
      for (const item of batch.body.evaluations) seen.add(item.context.error ? 'error' : item.decision);
    }),
    // Chance alone may find nobody who is allowed.
    { seed: SEED, numRuns: 400, examples: [[[ALLOWED]]] },
  );
  expect(seen).toEqual(new Set([true, false, 'error']));
});
