import type { Check, Decision } from '../../../decision/check.ts';
import type { Decider } from '../../../decision/decide.ts';
import { prepare } from '../../../decision/prepare.ts';
import type { OwnAdAccount } from '../../../domain/ad-accounts/find-own-ad-accounts.ts';
import type { OwnRole } from '../../../domain/ad-accounts/list-own-roles.ts';
import type { Reason } from '../../../domain/errors.ts';

/** An answer for whoever asks in a Business Center. */
export interface Answer {
  allowed: boolean;
  via: Decision['via'];
  /** Allowed, though not by the path of this Business Center. */
  elsewhere: boolean;
  /** Allowed, but by nothing that the account holds now: what stops every post of it. Empty for everything else. */
  but: readonly Reason[];
  /** What this Business Center's path lacks; empty where it allows. */
  missing: readonly Reason[];
}

/** May this person run Spark Ads in one ad account: with posts, and with live videos. */
export interface AdAccountAnswer {
  adAccount: OwnAdAccount;
  post: Answer;
  live: Answer;
}

/** The same, for all ad accounts in which the person has one and the same role. */
export interface RoleAnswer {
  role: OwnRole;
  post: Answer;
  live: Answer;
}

/** Rights that need no ad account. */
export const READS = ['read_profile', 'read_public_videos', 'read_live_videos'] as const;

/** A live carries no facts of its own, so any stands for all. */
const ANY_LIVE = { live_id: 'any' };

/** A post with which nothing is wrong: what stops it, stops every post of the account. */
const goodPost = (tiktokAccountId: string) => ({
  item_id: 'any',
  tiktok_account_id: tiktokAccountId,
  visibility: 'PUBLIC',
  ad_authorization: true,
});

/** Whom the answers are for, and where they ask. */
export interface Asking {
  decider: Decider;
  userId: string;
  bcId: string;
  tiktokAccountId: string;
}

/** Asks the same decider as the check endpoint, once for each ad account and kind of content. */
export async function maySpark(asking: Asking, adAccounts: readonly OwnAdAccount[]): Promise<AdAccountAnswer[]> {
  const questions = adAccounts.flatMap(({ advertiser_id }) => [
    { action: 'create_spark_ad', properties: { advertiser_id } },
    { action: 'create_spark_ad', properties: { advertiser_id, live: ANY_LIVE } },
    { action: 'create_spark_ad', properties: { advertiser_id, post: goodPost(asking.tiktokAccountId) } },
  ]);
  const answers = await answersTo(asking, questions);
  return adAccounts.flatMap((adAccount, index) => {
    const [general, live, good] = answers.slice(index * 3, index * 3 + 3);
    if (!general || !live || !good) return [];
    const but = general.allowed && !good.allowed ? good.missing : [];
    return [{ adAccount, post: { ...general, but }, live }];
  });
}

/**
 * The answer for every ad account of the person, however many: a check brings nothing of an ad account to the policies
 * but the person's role in it, so that one of each role is asked about and stands for all of that role.
 */
export async function maySparkByRole(asking: Asking, roles: readonly OwnRole[]): Promise<RoleAnswer[]> {
  const answers = await maySpark(
    asking,
    roles.flatMap(({ first }) => first.slice(0, 1)),
  );
  return answers.flatMap(({ adAccount, post, live }) => {
    const role = roles.find(({ advertiser_role }) => advertiser_role === adAccount.advertiser_role);
    return role ? [{ role, post, live }] : [];
  });
}

/** Ad accounts of the person: in how many of them an answer is yes, and how many there are. */
export function counted(
  roles: readonly RoleAnswer[],
  isYes: (answer: RoleAnswer) => boolean,
): { yes: number; of: number } {
  const sum = (some: readonly RoleAnswer[]): number => some.reduce((count, { role }) => count + role.ad_accounts, 0);
  return { yes: sum(roles.filter((answer) => isYes(answer))), of: sum(roles) };
}

/** Whether something can be made of it now. */
export function isUsable({ allowed, but }: Answer): boolean {
  return allowed && but.length === 0;
}

/** What is missing apart from a role in an ad account, for a person who has none. */
export async function maySparkAnywhere(asking: Asking): Promise<Answer | null> {
  const [answer] = await answersTo(asking, [{ action: 'create_spark_ad', properties: {} }]);
  const missing = answer?.missing.filter(({ code }) => code !== 'MISSING_FACT') ?? [];
  return answer ? { ...answer, missing } : null;
}

/** The rights that need no ad account, by action. */
export async function mayRead(asking: Asking): Promise<Map<(typeof READS)[number], Answer>> {
  const answers = await answersTo(
    asking,
    READS.map((action) => ({ action, properties: {} })),
  );
  return new Map(READS.flatMap((action, index) => (answers[index] ? [[action, answers[index]] as const] : [])));
}

/** Each question by all paths, as other services ask, and by this Business Center's alone, which tells what it lacks. */
async function answersTo(
  asking: Asking,
  questions: readonly { action: string; properties: Record<string, unknown> }[],
): Promise<Answer[]> {
  const checks = questions.flatMap(({ action, properties }) => [
    checkOf(asking, action, properties),
    checkOf(asking, action, { ...properties, bc_id: asking.bcId }),
  ]);
  const decisions = await asking.decider.decide(checks.map((check) => prepare(check)));
  return questions.flatMap((_, index) => {
    const [all, here] = [decisions[index * 2], decisions[index * 2 + 1]];
    if (!all || !here) return [];
    const elsewhere = all.decision && !here.decision;
    return [{ allowed: all.decision, via: all.via, elsewhere, but: [], missing: here.reasons }];
  });
}

function checkOf({ userId, tiktokAccountId }: Asking, action: string, properties: Record<string, unknown>): Check {
  return {
    subject: { type: 'user', id: userId, properties: {} },
    action: { name: action, properties },
    resource: { type: 'tiktok_account', id: tiktokAccountId, properties: {} },
    context: {},
    within: null,
    byPerson: true,
  };
}
