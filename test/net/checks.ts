import { ADMIN_KEY } from './tree.ts';
import { record, type Answer } from './http.ts';
import type { Recording } from './recording.ts';
import { SCOPES, WORLD, type Dice } from './world.ts';

/** Every action that the policies name, and one that none does. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  tiktok_account: words(`create_spark_ad create_spark_ad create_spark_ad view assign_member unassign_member
    view_assignments view_account_history revoke_grant view_grants read_profile read_public_videos read_live_videos fly`),
  business_center: words(`request_account_access view_access_requests view view_administrators view_members
    view_ad_accounts view_center_history view_own_ad_accounts fly`),
  access_request: words('approve decline cancel view view_consent fly'),
  policy_review: words('review fly'),
  document: words('read edit fly'),
  unheard_of: words('read'),
};

const ENTITIES = ['d0', 'd1', 'd2', 'd3'];

/** Who asks: keys and tokens by name. */
export type Callers = Readonly<Record<string, Record<string, string>>>;

/** Draws questions about a world. */
export class Questions {
  readonly #dice: Dice;
  readonly #requests: readonly string[];

  /** @param requests ids of access requests */
  constructor(dice: Dice, requests: readonly string[]) {
    this.#dice = dice;
    this.#requests = requests;
  }

  next() {
    const dice = this.#dice;
    const kind = dice.roll(2) === 0 ? 'tiktok_account' : dice.one(Object.keys(ACTIONS));
    const owner = kind === 'access_request' ? dice.roll(2) === 0 : dice.roll(8) === 0;
    const subject = owner
      ? { type: 'tiktok_account', id: this.#id('tiktok_account') }
      : { type: dice.roll(40) === 0 ? 'robot' : 'user', id: this.#id('user'), ...this.#sent() };
    const properties = this.#properties(kind);
    return {
      subject,
      action: { name: dice.one(ACTIONS[kind]!), ...(Object.keys(properties).length > 0 && { properties }) },
      resource: { type: kind, id: this.#id(kind), ...this.#sent() },
      ...(dice.roll(6) === 0 && { context: { source: 'net', hour: dice.roll(24) } }),
    };
  }

  #sent(): object {
    const properties = this.#dice.one([{ level: 3 }, { level: 1 }, { user_role: 'ADMIN' }, { public: true }]);
    return this.#dice.roll(4) === 0 ? { properties } : {};
  }

  #id(kind: string): string {
    if (this.#dice.roll(25) === 0) return 'nobody-knows';
    const known: Record<string, readonly string[]> = {
      user: WORLD.users,
      tiktok_account: WORLD.accounts,
      business_center: WORLD.centers,
      access_request: this.#requests,
    };
    return this.#dice.one(known[kind] ?? ENTITIES);
  }

  #properties(kind: string): Record<string, unknown> {
    const dice = this.#dice;
    const maybe = (name: string, value: unknown, sides = 2): object =>
      dice.roll(sides) === 0 ? { [name]: value } : {};
    if (kind === 'business_center') return { ...maybe('scopes', dice.some(SCOPES)), ...maybe('nonsense', 1, 20) };
    if (kind !== 'tiktok_account') return { ...maybe('level', dice.roll(5), 3) };
    const post = {
      item_id: 'p1',
      ...maybe('tiktok_account_id', this.#id('tiktok_account'), 4),
      ...maybe('visibility', dice.one(['PUBLIC', 'PRIVATE'])),
      ...maybe('ad_authorization', dice.roll(3) > 0),
    };
    return {
      ...(dice.roll(5) > 0 && { advertiser_id: dice.one([...WORLD.adAccounts, 'nobody-knows']) }),
      ...maybe('bc_id', this.#id('business_center'), 2),
      ...maybe('user_id', this.#id('user'), 3),
      ...maybe('scopes', dice.some(SCOPES), 3),
      ...maybe('post', post, 3),
      ...maybe('live', { live_id: 'l1' }, 6),
      ...maybe('advertiser', 'adv1', 60),
    };
  }
}

/** Asks a service single checks, batches and searches, for several callers. */
export async function recordChecks(
  recording: Recording,
  url: string,
  questions: Questions,
  dice: Dice,
  callers: Callers,
) {
  const ask = async (name: string, path: string, body: object, caller = 'admin', language = 'en'): Promise<Answer> => {
    const headers = { ...callers[caller], 'Content-Type': 'application/json', 'Accept-Language': language };
    const sent = { method: 'POST', path: `/access/v1/${path}`, headers, body: JSON.stringify(body) };
    return record(recording, url, `${name} ${caller}`, sent, body);
  };
  for (let n = 0; n < 1500; n += 1) {
    const caller = n % 4 === 0 ? dice.one(Object.keys(callers)) : 'admin';
    await ask(`check ${n}`, 'evaluation', questions.next(), caller, n % 10 === 0 ? 'zh-CN' : 'en');
  }
  for (let n = 0; n < 80; n += 1) {
    const evaluations = Array.from({ length: 1 + dice.roll(6) }, (): object => {
      const question = questions.next();
      return dice.one([question, question, { subject: question.subject }, { action: question.action }, {}]);
    });
    const semantics = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit', 'no_such_semantic'];
    const evaluations_semantic = dice.one(semantics.slice(0, n % 10 === 0 ? 4 : 3));
    const usual = dice.roll(4) > 0 ? questions.next() : {};
    const body = { ...usual, evaluations, ...(n % 5 > 0 && { options: { evaluations_semantic } }) };
    await ask(`batch ${n}`, 'evaluations', body, n % 6 === 0 ? dice.one(Object.keys(callers)) : 'admin');
  }
  for (let n = 0; n < 200; n += 1)
    await search(ask, questions, dice, n, n % 5 === 0 ? dice.one(Object.keys(callers)) : 'admin');
}

type Ask = (name: string, path: string, body: object, caller: string) => Promise<Answer>;

/** One search; page after page where it has a limit. */
async function search(ask: Ask, questions: Questions, dice: Dice, n: number, caller: string): Promise<void> {
  const { subject, action, resource, context } = questions.next();
  const what = (['subject', 'resource', 'action'] as const)[n % 3]!;
  const { properties } = action;
  const sought = {
    subject: { subject: { type: subject.type }, action, resource },
    resource: { subject, action, resource: { type: resource.type } },
    action: { subject, resource, ...(properties && { action: { properties } }) },
  }[what];
  const body = { ...sought, ...(context && { context }) };
  if (what === 'action' || n % 2 === 0) return void (await ask(`search ${n} ${what}`, `search/${what}`, body, caller));
  const limit = 1 + dice.roll(4);
  let token: string | undefined;
  for (let page = 0; page < 4; page += 1) {
    const asked = { ...body, page: { limit, ...(token !== undefined && { token }) } };
    const { text } = await ask(`search ${n} ${what} page ${page}`, `search/${what}`, asked, caller);
    const answered = JSON.parse(text) as { page?: { next_token?: string } };
    token = answered.page?.next_token;
    if (token === undefined || token === '') return;
  }
}

/** The header of a caller with a key or a token. */
export function bearer(credential: string = ADMIN_KEY): Record<string, string> {
  return { Authorization: `Bearer ${credential}` };
}

function words(text: string): string[] {
  return text.split(/\s+/);
}
