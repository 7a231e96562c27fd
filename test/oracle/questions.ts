import fc from 'fast-check';
import type { Aim } from './aim.ts';
import { oneOf, scopes, type Names } from './names.ts';
import { actionsOf, type Post, type Properties, type Question } from './rules.ts';

/** A question as it was made up, and what it is aimed at when it is asked. */
export interface Asked {
  question: Question;
  aim: Aim | null;
  /** Whether properties come with it that would like to be believed. */
  claims: boolean;
}

/** Any question about the names of a history. */
export function asked(it: Names): fc.Arbitrary<Asked> {
  const often = fc.constantFrom(true, true, true, false);
  const aim = fc.record({ at: fc.nat({ max: 40 }), center: often, adAccount: often });
  return fc.record({ question: question(it), aim: fc.option(aim, { freq: 3, nil: null }), claims: fc.boolean() });
}

function question(it: Names): fc.Arbitrary<Question> {
  const subject = fc.oneof(
    { weight: 12, arbitrary: fc.record({ type: fc.constant('user'), id: oneOf(it.users) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('tiktok_account'), id: oneOf(it.accounts) }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constantFrom('usr', 'User', 'business_center', 'api_key'), id: oneOf(it.users) }),
    },
  );
  const about = fc.oneof(
    { weight: 8, arbitrary: fc.record({ type: fc.constant('tiktok_account'), id: oneOf(it.accounts) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('business_center'), id: oneOf(it.centers) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('ad_account'), id: oneOf(it.adAccounts) }) },
    // Which request this is, is known when it has been made.
    { weight: 1, arbitrary: fc.record({ type: fc.constant('access_request'), id: fc.constantFrom('#0', '#1', '#2') }) },
  );
  return fc
    .tuple(subject, about)
    .chain(([who, resource]) =>
      fc.record({
        subject: fc.constant(who),
        action: fc.record({ name: actionOn(resource.type), properties: properties(it, resource) }),
        resource: fc.constant(resource),
      }),
    )
    .map(fitting);
}

const actionOn = (type: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...actionsOf(type)) },
    {
      weight: type === 'tiktok_account' ? 20 : 1,
      arbitrary: fc.constantFrom(type === 'tiktok_account' ? 'create_spark_ad' : 'approve'),
    },
    { weight: 1, arbitrary: fc.constantFrom('fly', 'Create_spark_ad', 'create_spark_ads', '*', 'read', 'constructor') },
  );

function properties(it: Names, resource: { id: string }): fc.Arbitrary<Properties> {
  const usually = <T>(value: fc.Arbitrary<T>, freq: number): fc.Arbitrary<T | undefined> =>
    fc.option(value, { freq, nil: undefined });
  const own = fc.constant(resource.id);
  const post: fc.Arbitrary<Post> = fc.record({
    item_id: fc.constant('p1'),
    tiktok_account_id: usually(
      fc.oneof({ weight: 9, arbitrary: own }, { weight: 1, arbitrary: oneOf(it.accounts) }),
      12,
    ),
    visibility: usually(fc.constantFrom('PUBLIC', 'PUBLIC', 'PUBLIC', 'PUBLIC', 'FRIENDS', 'SELF_ONLY'), 12),
    ad_authorization: usually(fc.constantFrom(true, true, true, true, false), 12),
  }) as fc.Arbitrary<Post>;
  return fc.record({
    advertiser_id: usually(oneOf(it.adAccounts), 12),
    bc_id: fc.option(oneOf(it.centers), { freq: 1, nil: undefined }),
    user_id: usually(oneOf(it.users), 6),
    scopes: usually(scopes, 3),
    post: usually(post, 1),
    live: usually(fc.constant({ live_id: 'l1' }), 1),
  }) as fc.Arbitrary<Properties>;
}

const NEEDS_A_CENTER = new Set(['view', 'assign_member', 'unassign_member', 'revoke_grant']);

/** A question names what its action is about, and not a post and a live at once. */
function fitting(it: Question): Question {
  const { bc_id, advertiser_id, user_id, scopes: named, post, live } = it.action.properties;
  const ad = it.action.name === 'create_spark_ad';
  const wanted = {
    ...((ad || it.action.name.startsWith('read_') || NEEDS_A_CENTER.has(it.action.name)) && { bc_id }),
    ...(ad && { advertiser_id, ...(live ? { live } : { post }) }),
    ...(it.action.name.endsWith('assign_member') && { user_id }),
    ...((it.action.name === 'assign_member' || it.action.name === 'request_account_access') && { scopes: named }),
  };
  return JSON.parse(JSON.stringify({ ...it, action: { ...it.action, properties: wanted } })) as Question;
}
