import { html } from 'hono/html';
import type { OwnAdAccount } from '../../domain/ad-accounts/find-own-ad-accounts.ts';
import { findOwnAdAccounts } from '../../domain/ad-accounts/find-own-ad-accounts.ts';
import { listAdministrators } from '../../domain/business-centers/list-administrators.ts';
import type { Page } from '../../domain/page.ts';
import type { FindQuery } from '../../domain/find-text.ts';
import type { ReasonCode } from '../../domain/errors.ts';
import type { Html } from '../ui/html.ts';
import { shownName } from '../ui/name.ts';
import { pager } from '../ui/pager.ts';
import type { Reader } from '../ui/reader.ts';
import { table } from '../ui/table.ts';
import { urls } from '../ui/urls.ts';
import { ROWS_OF_SECTION, type Shell } from './enter.ts';
import { mayRead, maySpark, maySparkAnywhere, READS, type AdAccountAnswer, type Answer, type Asking } from './may-i.ts';
import { administratorsList, missingList } from './parts.ts';

/** Names the list of the person's own ad accounts in the address of a page. */
export const AD_ACCOUNTS = 'ad-accounts';

/** The answer to "may I run Spark Ads with it, in which ad accounts, and if not, what is missing and who can give it". */
export async function maySection(shell: Shell, asking: Asking, find: FindQuery): Promise<Html> {
  const { reader, ctx, bcId } = shell;
  const { may } = reader.words.console;
  const own = await findOwnAdAccounts(ctx, bcId, { ...find, text: null, limit: ROWS_OF_SECTION });
  const [answers, reads, administrators] = await Promise.all([
    maySpark(asking, own.items),
    mayRead(asking),
    listAdministrators(ctx, bcId),
  ]);
  const anywhere = own.items.length === 0 ? await maySparkAnywhere(asking) : null;
  const missing = missingGroups(reader, answers, anywhere);
  return html`<section class="card" aria-labelledby="may-i">
    <h2 id="may-i">${may.title}</h2>
    ${verdict(reader, answers)}
    ${own.items.length === 0 ? html`<p>${may.noAdAccounts} ${may.noAdAccountsHelp}</p>` : answersTable(reader, answers)}
    ${adAccountsPager(shell, asking, find, own)}
    ${
      missing.length === 0
        ? html`<p class="hint">${may.perPost}</p>`
        : html`<h3>${may.missing}</h3>
            ${missing.map(({ label, codes }) => html`<h4>${label}</h4>${missingList(reader, codes)}`)}
            ${administratorsList(reader, administrators)}`
    }
    <h3>${may.also}</h3>
    <ul class="rights">
      ${READS.map((action) => html`<li>${may.actions[action]}: ${mark(reader, reads.get(action))}</li>`)}
    </ul>
  </section>`;
}

/** One line for each kind of content: in which of the ad accounts that are shown. */
function verdict(reader: Reader, answers: readonly AdAccountAnswer[]): Html {
  const { may } = reader.words.console;
  return html`<ul class="verdicts">
    ${(['post', 'live'] as const).map((kind) => {
      const yes = answers.filter((answer) => answer[kind].allowed).length;
      const all = yes === answers.length ? may.yesAll : may.yesSome(yes, reader.formats.number(yes));
      const answer =
        yes === 0 ? html`<span class="answer no">${may.noneYet}</span>` : html`<span class="answer yes">${all}</span>`;
      return html`<li>${may[kind]}: ${answer}</li>`;
    })}
  </ul>`;
}

function answersTable(reader: Reader, answers: readonly AdAccountAnswer[]): Html {
  const { may, advertiserRoles } = reader.words.console;
  return table(
    may.title,
    [
      { label: may.adAccount, main: true, cell: ({ adAccount }) => adAccountLines(adAccount) },
      { label: may.yourRole, cell: ({ adAccount }) => advertiserRoles[adAccount.advertiser_role] },
      { label: may.post, cell: ({ post }) => mark(reader, post) },
      { label: may.live, cell: ({ live }) => mark(reader, live) },
    ],
    answers,
  );
}

/** An ad account as two lines. */
export function adAccountLines({ advertiser_id: id, name }: Pick<OwnAdAccount, 'advertiser_id' | 'name'>): Html {
  return html`${shownName(name)}<span class="sub">${shownName(id)}</span>`;
}

/** Yes or no, and by which path. */
function mark(reader: Reader, answer: Answer | undefined): Html {
  const { may } = reader.words.console;
  if (answer?.allowed !== true) return html`<span class="answer no">${may.no}</span>`;
  const via =
    answer.elsewhere && answer.via === 'BUSINESS_CENTER' ? may.viaOther : may.via[answer.via ?? 'BUSINESS_CENTER'];
  return html`<span class="answer yes">${may.yes}</span> <span class="sub">${via}</span>`;
}

/** What is missing for each kind of content, each condition once. */
function missingGroups(
  reader: Reader,
  answers: readonly AdAccountAnswer[],
  anywhere: Answer | null,
): { label: string; codes: ReasonCode[] }[] {
  const { may } = reader.words.console;
  const codesOf = (all: readonly (Answer | null)[]): ReasonCode[] => [
    ...new Set(all.flatMap((it) => (it && !it.allowed ? it.missing.map(({ code }) => code) : []))),
  ];
  return [
    { label: may.post, codes: codesOf([...answers.map(({ post }) => post), anywhere]) },
    { label: may.live, codes: codesOf(answers.map(({ live }) => live)) },
  ].filter(({ codes }) => codes.length > 0);
}

function adAccountsPager(shell: Shell, asking: Asking, { cursor }: FindQuery, own: Page<OwnAdAccount>): Html {
  const path = urls.tiktokAccount.show(asking.bcId, asking.tiktokAccountId);
  return pager(shell.reader, {
    path,
    query: { list: AD_ACCOUNTS },
    cursor,
    next: own.next_cursor,
    name: shell.reader.words.console.may.adAccount,
  });
}
