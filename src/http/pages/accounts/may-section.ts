import { html } from 'hono/html';
import type { OwnAdAccount } from '../../../domain/ad-accounts/find-own-ad-accounts.ts';
import { findOwnAdAccounts } from '../../../domain/ad-accounts/find-own-ad-accounts.ts';
import { listOwnRoles } from '../../../domain/ad-accounts/list-own-roles.ts';
import type { FindQuery } from '../../../domain/find-text.ts';
import type { Html } from '../../ui/html.ts';
import { shownName } from '../../ui/name.ts';
import type { Locale } from '../../ui/locale.ts';
import { table } from '../../ui/table.ts';
import { routes } from '../../routes.ts';
import { ROWS_OF_SECTION, type ConsoleContext } from '../console/console-context.ts';
import { listPager, type Position } from '../console/list-pager.ts';
import {
  counted,
  mayRead,
  maySpark,
  maySparkAnywhere,
  maySparkByRole,
  READS,
  type AdAccountAnswer,
  type Answer,
  type Asking,
  type RoleAnswer,
} from './may-i.ts';
import { missingGroups, missingWithPlaces } from './missing.ts';
import { isForOthers, noRole, switchedOff, type Remedies } from './remedies.ts';
import { otherAdministrators } from '../console/whom-to-ask.ts';

/** Names the list of the person's own ad accounts in the address of a page. */
export const AD_ACCOUNTS = 'ad-accounts';

/** So many answers are short enough to be shown even where they are all the same. */
const FEW = 3;

/** The answer to "may I run Spark Ads with it, in which ad accounts, and if not, what is missing and who can give it". */
export async function maySection(
  context: ConsoleContext,
  asking: Asking,
  { list, remedies }: { list: { find: FindQuery; at: Position }; remedies: Remedies },
): Promise<Html> {
  const { locale, ctx, bcId } = context;
  const { may } = locale.words.console;
  const [roles, own] = await Promise.all([
    listOwnRoles(ctx, bcId),
    findOwnAdAccounts(ctx, bcId, { ...list.find, text: null, limit: ROWS_OF_SECTION }),
  ]);
  const [overall, answers, reads] = await Promise.all([
    maySparkByRole(asking, roles),
    maySpark(asking, own.items),
    mayRead(asking),
  ]);
  const anywhere = roles.length === 0 ? await maySparkAnywhere(asking) : null;
  const missing = missingGroups(context, overall, anywhere);
  const isOthers =
    (roles.length === 0 && !remedies.setRole) ||
    missing.some((group) => group.missing.some(({ code }) => isForOthers(context, remedies, code)));
  const isStopped = overall.some(({ post }) => post.but.length > 0);
  const groups = missing.map(
    async (group) =>
      html`<h4>${group.label}</h4>${await missingWithPlaces(context, group, { all: roles.length, remedies })}`,
  );
  return html`<section class="card" aria-labelledby="may-i">
    <h2 id="may-i">${may.title}</h2>
    ${verdict(locale, overall)}
    ${isStopped ? switchedOff(context, remedies) : ''} ${roles.length === 0 ? noRole(context, remedies) : ''}
    ${
      missing.length === 0
        ? html`<p class="hint">${may.perPost}</p>`
        : html`<h3>${may.missing}</h3>
            ${await Promise.all(groups)}`
    }
    ${isOthers ? await otherAdministrators(context) : ''}
    ${roles.length === 0 ? '' : inEachAdAccount(context, { asking, answers, at: list.at, next: own.next_cursor, overall })}
    <h3>${may.also}</h3>
    <ul class="rights">
      ${READS.map((action) => html`<li>${may.actions[action]}${locale.words.common.colon}${mark(locale, reads.get(action))}</li>`)}
    </ul>
  </section>`;
}

/** One line for each kind of content: in how many of all ad accounts of the person. */
function verdict(locale: Locale, roles: readonly RoleAnswer[]): Html {
  const { may } = locale.words.console;
  const { colon } = locale.words.common;
  return html`<ul class="verdicts">
    ${(['post', 'live'] as const).map((kind) => {
      const { yes, of } = counted(roles, (answer) => answer[kind].allowed);
      const stopped = roles.some((answer) => answer[kind].but.length > 0);
      const said = yes === of ? may.yesAll : may.yesSome(locale.formats.number(yes), locale.formats.number(of));
      if (stopped) return html`<li>${may[kind]}${colon}<span class="answer but">${may.butMore}</span></li>`;
      const answer =
        yes === 0 ? html`<span class="answer no">${may.noneYet}</span>` : html`<span class="answer yes">${said}</span>`;
      return html`<li>${may[kind]}${colon}${answer}</li>`;
    })}
  </ul>`;
}

/** The answer in each ad account: folded away where it is the same in all of them. */
function inEachAdAccount(
  context: ConsoleContext,
  {
    asking,
    answers,
    at,
    next,
    overall,
  }: {
    asking: Asking;
    answers: readonly AdAccountAnswer[];
    at: Position;
    next: string | null;
    overall: readonly RoleAnswer[];
  },
): Html {
  const { locale } = context;
  const { of: total } = counted(overall, () => true);
  const isSame = (['post', 'live'] as const).every((kind) =>
    [0, total].includes(counted(overall, (answer) => answer[kind].allowed).yes),
  );
  const isOpen = !isSame || total <= FEW || at.cursor !== undefined;
  return html`<details class="each"${isOpen ? html` open` : ''}>
    <summary>${locale.words.console.may.each(total, locale.formats.number(total))}</summary>
    ${answersTable(locale, answers)}
    ${adAccountsPager(context, asking, at, { next, rows: answers.length, total })}
  </details>`;
}

function answersTable(locale: Locale, answers: readonly AdAccountAnswer[]): Html {
  const { may, advertiserRoles } = locale.words.console;
  return table(
    may.title,
    [
      { label: may.adAccount, main: true, cell: ({ adAccount }) => adAccountLines(adAccount) },
      { label: may.yourRole, cell: ({ adAccount }) => advertiserRoles[adAccount.advertiser_role] },
      { label: may.post, cell: ({ post }) => mark(locale, post) },
      { label: may.live, cell: ({ live }) => mark(locale, live) },
    ],
    answers,
  );
}

/** An ad account as two lines. */
export function adAccountLines(
  { advertiser_id: id, name }: Pick<OwnAdAccount, 'advertiser_id' | 'name'>,
  href?: string,
): Html {
  const title = href === undefined ? shownName(name) : html`<a href="${href}">${shownName(name)}</a>`;
  return html`${title} <span class="sub">${shownName(id)}</span>`;
}

/** Yes or no, and by which path. */
function mark(locale: Locale, answer: Answer | undefined): Html {
  const { may } = locale.words.console;
  if (answer?.allowed !== true) return html`<span class="answer no">${may.no}</span>`;
  const via =
    answer.elsewhere && answer.via === 'BUSINESS_CENTER' ? may.viaOther : may.via[answer.via ?? 'BUSINESS_CENTER'];
  if (answer.but.length > 0)
    return html`<span class="answer but">${may.but}</span> <span class="sub">${may.butSwitch}</span>`;
  return html`<span class="answer yes">${may.yes}</span> <span class="sub">${via}</span>`;
}

function adAccountsPager(
  { locale }: ConsoleContext,
  { bcId, tiktokAccountId }: Asking,
  at: Position,
  page: { next: string | null; rows: number; total: number },
): Html {
  return listPager(locale, {
    ...page,
    path: routes.tiktokAccount.show(bcId, tiktokAccountId),
    query: { list: AD_ACCOUNTS },
    at,
    limit: ROWS_OF_SECTION,
    name: locale.words.console.may.adAccount,
    anchor: 'may-i',
  });
}
