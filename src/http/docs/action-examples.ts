import type { KindActions } from '../../decision/decide.ts';

const POST = { item_id: 'p1', tiktok_account_id: 'brand', visibility: 'PUBLIC', ad_authorization: true };
const MEMBER = { bc_id: 'bc1', user_id: 'sam', scopes: ['POST'] };

/** What actions of our own kinds take; the others of a kind take what stands under its name. */
const TAKEN: Readonly<Record<string, object>> = {
  create_spark_ad: { advertiser_id: 'adv1', bc_id: 'bc1', post: POST },
  assign_member: MEMBER,
  unassign_member: MEMBER,
  request_account_access: { scopes: ['POST'] },
  tiktok_account: { bc_id: 'bc1' },
};
const IDS: Readonly<Record<string, string>> = { tiktok_account: 'brand', business_center: 'bc1' };
const OWNER = new Set(['approve', 'decline', 'view_consent', 'view_grants']);

/** A request for each action that the policies name, by kind and action. */
export function actionExamples(actions: KindActions): Record<string, { summary: string; value: object }> {
  const examples = actions.flatMap(([kind, names]) =>
    names.map((name) => {
      const properties = TAKEN[name] ?? TAKEN[kind] ?? {};
      const subject = OWNER.has(name) ? { type: 'tiktok_account', id: 'brand' } : { type: 'user', id: 'sam' };
      const value = { subject, action: { name, properties }, resource: { type: kind, id: IDS[kind] ?? 'example' } };
      return [`${kind}.${name}`, { summary: `${name} of a ${kind}`, value }] as const;
    }),
  );
  return Object.fromEntries(examples);
}
