import { requestToken } from './cast.ts';
import type { TestApp } from './app.ts';
import type { Hand } from './hand.ts';

/** What somebody wants done, and how they do it from the page that their sign-in leads to. */
export interface Task {
  /** As the documentation of the console calls it. */
  task: string;
  who: 'user:adm' | 'user:u0007' | 'tiktok_account:t0004';
  /** @throws unless it ends on a page that says that it is done */
  carryOut: (hand: Hand, app: TestApp) => Promise<void>;
}

const ACCOUNTS = '/console/bc1/tiktok-accounts';

/** In the order in which they are done: some begin with what others left. */
export const TASKS: readonly Task[] = [
  {
    task: 'Request access and have a QR code to send on',
    who: 'user:adm',
    carryOut: async (hand) => {
      const { console: words } = await at(hand, ACCOUNTS);
      await hand.click(hand.link(words.accounts.requestAccess).first());
      // An agency with as many accounts as it may have asks for more of one that it has.
      await hand.page.locator('[name=tiktok_account_id]').fill('@store_0003');
      await hand.click(hand.page.locator('[name=scopes][value=LIVE]'));
      await hand.click(hand.button(words.request.submit));
      await hand.page.getByRole('img', { name: words.live.qr }).waitFor();
    },
  },
  {
    task: 'Find a pending request again and copy its link',
    who: 'user:adm',
    carryOut: async (hand) => {
      const { console: words } = await at(hand, ACCOUNTS);
      await hand.click(hand.link(words.nav.accessRequests));
      await hand.click(hand.page.locator('tbody th a').first());
      await hand.click(hand.button(words.live.copyLink));
      await hand.page.locator('.copy [role=status]:not(:empty)').waitFor();
    },
  },
  {
    task: 'Cancel a pending request',
    who: 'user:adm',
    carryOut: async (hand) => {
      const { console: words } = await at(hand, ACCOUNTS);
      await hand.click(hand.link(words.nav.accessRequests));
      await hand.click(hand.page.locator('tbody th a').first());
      await hand.click(hand.page.locator('summary', { hasText: words.live.cancel }));
      await hand.click(hand.page.locator('dialog').getByRole('button', { name: words.live.cancelYes }));
      await hand.sees(words.done.cancelled);
    },
  },
  {
    task: 'Ask again for what was cancelled, declined or not answered',
    who: 'user:adm',
    carryOut: async (hand) => {
      const { console: words } = await at(hand, ACCOUNTS);
      await hand.click(hand.link(words.nav.accessRequests));
      await hand.click(hand.link(words.requests.all));
      await hand.click(hand.page.locator('tbody th a').first());
      await hand.click(hand.link(words.live.again));
      await hand.click(hand.button(words.request.submit));
      await hand.page.getByRole('img', { name: words.live.qr }).waitFor();
    },
  },
  { task: 'Give ten people ten accounts', who: 'user:adm', carryOut: giveTenTen },
  {
    task: 'Undo that',
    who: 'user:adm',
    carryOut: async (hand) => {
      await hand.click(hand.button(hand.words.selection.undo));
      await hand.sees(hand.words.selection.undone);
    },
  },
  {
    task: 'Remove one of 3,001 members from an account',
    who: 'user:adm',
    carryOut: async (hand) => removeOne(hand, 'u0042'),
  },
  { task: 'See what a member holds', who: 'user:adm', carryOut: async (hand) => seeHoldings(hand, 'u0007') },
  {
    task: 'Take every account from a member',
    who: 'user:adm',
    carryOut: async (hand) => {
      await seeHoldings(hand, 'u0043');
      const { console: words } = hand.words;
      await hand.click(hand.link(words.memberPage.all));
      await hand.click(hand.button(words.memberPage.allYes));
      await hand.sees(words.memberPage.allDone(1, '1'));
    },
  },
  {
    task: 'Remove a member from the Business Center',
    who: 'user:adm',
    carryOut: async (hand) => {
      await seeHoldings(hand, 'u0044');
      const { console: words } = hand.words;
      await hand.click(hand.link(words.memberPage.remove));
      await hand.click(hand.button(words.memberPage.removeYes));
      await hand.sees(words.memberPage.removed);
    },
  },
  {
    task: "Change a member's level on an account",
    who: 'user:adm',
    carryOut: async (hand) => {
      const { console: words } = await at(hand, ACCOUNTS);
      await hand.click(hand.link('Store 0000'));
      await hand.click(hand.link(words.account.access));
      await hand.search('u0045');
      await hand.click(hand.page.locator('tbody a.button').first());
      await hand.click(hand.page.locator('[name=scopes][value=LIVE]'));
      await hand.click(hand.button(words.member.save));
      await hand.sees(words.member.changed);
    },
  },
  {
    task: 'Assign an account to myself',
    who: 'user:adm',
    carryOut: async (hand) => {
      const { console: words } = await at(hand, ACCOUNTS);
      await hand.click(hand.link('Store 0002'));
      await hand.click(hand.link(words.remedies.assignMyself));
      await hand.click(hand.page.locator('[name=scopes][value=POST]'));
      await hand.click(hand.button(words.member.save));
      await hand.sees(words.member.changed);
    },
  },
  {
    task: 'Give a member a role in an ad account',
    who: 'user:adm',
    carryOut: async (hand) => {
      const { console: words } = await at(hand, ACCOUNTS);
      await hand.click(hand.link(words.nav.adAccounts));
      await hand.click(hand.page.locator('tbody th a').first());
      await hand.click(hand.link(words.adAccountsPage.anyMember));
      await hand.search('u0007');
      await hand.click(hand.page.locator('tbody a.button').first());
      await hand.click(hand.page.locator('[name=role][value=OPERATOR]'));
      await hand.click(hand.button(words.member.save));
      await hand.sees(words.rolePage.done);
    },
  },
  {
    task: 'See the accounts that nobody is assigned',
    who: 'user:adm',
    carryOut: async (hand) => {
      const { console: words } = await at(hand, ACCOUNTS);
      await hand.choose(hand.page.locator('[name=filter]'), 'UNASSIGNED');
      await hand.click(hand.button(words.search));
      await hand.page.waitForURL('**filter=UNASSIGNED**');
    },
  },
  {
    task: 'Have the history of an account as a table (CSV)',
    who: 'user:adm',
    carryOut: async (hand) => {
      const { console: words } = await at(hand, ACCOUNTS);
      await hand.click(hand.link(words.nav.history));
      await hand.page.locator('[name=account]').fill('@store_0000');
      await hand.click(hand.button(words.search));
      await hand.page.waitForURL('**account=**');
      const file = hand.page.waitForEvent('download');
      await hand.click(hand.link(words.history.csv));
      await file;
    },
  },
  {
    task: 'Give up an account of the Business Center',
    who: 'user:adm',
    carryOut: async (hand) => {
      const { console: words } = await at(hand, ACCOUNTS);
      await hand.click(hand.link('Store 0001'));
      await hand.click(hand.link(words.account.revoke));
      await hand.click(hand.button(words.revoke.yes));
      await hand.sees(words.revoke.done);
    },
  },
  {
    task: 'Learn whether I may use an account, and what is missing',
    who: 'user:u0007',
    carryOut: async (hand) => {
      const { console: words } = await at(hand, ACCOUNTS);
      await hand.click(hand.link('Store 0000'));
      await hand.page.getByRole('heading', { name: words.may.missing }).waitFor();
    },
  },
  {
    task: 'Copy the text that asks an administrator for what is missing',
    who: 'user:u0007',
    carryOut: async (hand) => {
      const { console: words } = await at(hand, ACCOUNTS);
      await hand.click(hand.link('Store 0000'));
      await hand.click(hand.page.getByText(words.remedies.textToSend).first());
      await hand.click(hand.button(words.remedies.copyText).first());
      await hand.page.locator('.copy [role=status]:not(:empty)').waitFor();
    },
  },
  {
    task: 'As the owner, authorize what the scanned code asks for',
    who: 'tiktok_account:t0004',
    carryOut: async (hand, app) => {
      const { consent, myAccount } = await at(hand, `/consent/${await requestToken(app, ['POST'])}`);
      await hand.click(hand.button(consent.authorize));
      await hand.sees(myAccount.authorized);
    },
  },
  {
    task: 'As the owner, see who can use my account and revoke it',
    who: 'tiktok_account:t0004',
    carryOut: async (hand) => {
      const { myAccount } = await at(hand, '/my-account');
      await hand.click(hand.page.locator('tbody a.button').first());
      await hand.click(hand.button(myAccount.revokeNow));
      await hand.sees(myAccount.revoked);
    },
  },
];

/** Opens a page, and answers the words of its language. */
async function at(hand: Hand, path: string): Promise<Hand['words']> {
  await hand.open(path);
  return hand.words;
}

/** Ten members, the first found by a search, get ten accounts; ends on the page that says so. */
export async function giveTenTen(hand: Hand): Promise<void> {
  const { selection } = await at(hand, '/console/bc1/members');
  const { page } = hand;
  await hand.search('u000');
  await hand.click(page.locator('[data-pick-all]'));
  await hand.click(hand.link(selection.pickAccounts));
  await hand.search('store_001');
  await hand.click(page.locator('[data-pick-all]'));
  await hand.click(hand.button(selection.assign));
  await hand.click(page.locator('[name=scopes][value=POST]'));
  await hand.click(hand.button(selection.submit));
  await hand.sees(selection.confirmTitle);
  await hand.click(hand.button(selection.yes));
  await hand.sees(selection.changed(100, '100'));
}

/** One member of many loses an account. */
async function removeOne(hand: Hand, name: string): Promise<void> {
  const { console: words } = await at(hand, ACCOUNTS);
  await hand.click(hand.link('Store 0000'));
  await hand.click(hand.link(words.account.access));
  await hand.search(name);
  await hand.click(hand.page.locator('tbody a.button').last());
  await hand.click(hand.button(words.member.unassignYes));
  await hand.sees(words.member.unassigned);
}

/** What somebody holds. */
async function seeHoldings(hand: Hand, id: string): Promise<void> {
  const { console: words } = await at(hand, ACCOUNTS);
  await hand.click(hand.link(words.nav.members));
  await hand.search(id);
  await hand.click(hand.page.locator('tbody th a').first());
  await hand.page.getByRole('heading', { name: words.memberPage.held }).waitFor();
}
