import { html } from 'hono/html';
import type { OwnerLink, PastAnswer } from '../../../domain/account-grants/list-owner-others.ts';
import type { Listed } from '../../../domain/list-query.ts';
import type { SignedIn } from '../../env.ts';
import type { Html } from '../../ui/html.ts';
import type { Locale } from '../../ui/locale.ts';
import { checkedName, shownName } from '../../ui/name.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { table } from '../../ui/table.ts';
import { day } from '../../ui/time.ts';
import { userInLine, userName, type UserNames } from '../../ui/user-names.ts';
import { routes } from '../../routes.ts';
import { pageNumbers } from '../console/page-numbers.ts';

interface Names {
  locale: Locale;
  names: UserNames;
  signedIn: SignedIn;
}

/** A page of links, and how many there are. */
export interface Links extends Listed<OwnerLink> {
  page: number;
  limit: number;
}

/** R11: users who use the account by a link of their own. Nothing where there is none. */
export function linksSection(
  { locale, names, signedIn }: Names,
  { items, total, page, limit }: Links,
  cursor: string | undefined,
): Html {
  const words = locale.words.myAccount;
  if (total === 0) return html``;
  const reader = { locale, names, userId: signedIn.actor.id };
  return html`<section class="stack" aria-labelledby="links">
    <div>
      <h2 id="links">${words.links} <span class="hint">${locale.formats.number(total)}</span></h2>
      <p class="hint">${words.linksHint}</p>
    </div>
    ${table(
      words.links,
      [
        { label: words.user, main: true, cell: (row) => userName(reader, row.user_id) },
        { label: words.scopes, cell: (row) => scopeBadges(locale, row.scopes) },
        { label: words.linkedSince, cell: (row) => day(locale, row.since) },
      ],
      items,
    )}
    ${total <= limit ? '' : pageNumbers(locale, { path: routes.myAccount.show(), query: { cursor }, page, limit, rows: items.length, total })}
  </section>`;
}

/** What was declined and what was revoked, so that nobody wonders where it went. */
export function pastSection(context: Names, { items: past, total }: Listed<PastAnswer>): Html {
  const { locale } = context;
  const words = locale.words.myAccount;
  if (past.length === 0) return html``;
  return html`<section class="stack" aria-labelledby="past">
    <h2 id="past">${words.past}</h2>
    ${table(
      words.past,
      [
        {
          label: words.businessCenter,
          main: true,
          cell: (row) =>
            html`${checkedName(locale, row.business_center_name)} <span class="sub">${shownName(row.bc_id)}</span>`,
        },
        {
          label: words.answer,
          cell: (row) =>
            html`<span class="badge">${row.what === 'DECLINED' ? words.wasDeclined : words.wasRevoked}</span>`,
        },
        { label: words.scopes, cell: (row) => scopeBadges(locale, row.scopes) },
        { label: words.endedAt, cell: (row) => day(locale, row.at) },
        { label: words.endedBy, cell: (row) => whoEnded(context, row.by) },
      ],
      past,
    )}
    ${total > past.length ? html`<p class="hint">${locale.words.console.revoke.more(total - past.length, locale.formats.number(total - past.length))}</p>` : ''}
  </section>`;
}

/** The owner is told that it was they themselves. */
function whoEnded({ locale, names, signedIn }: Names, by: string): Html {
  const { myAccount: words, console } = locale.words;
  if (by === `tiktok_account:${signedIn.actor.id}`) return html`${words.yourself}`;
  const id = /^user:(.+)$/s.exec(by)?.[1];
  return id === undefined ? html`${console.actors.operator}` : userInLine({ locale, names }, id);
}

/** The first steps, for who has never done this. */
export function helpSection({ words }: Locale): Html {
  const { help } = words.myAccount;
  const { live } = words.console;
  return html`<section class="card" aria-labelledby="help">
    <h2 id="help">${help.title}</h2>
    <details>
      <summary>${live.howToScan}</summary>
      <ol>
        ${live.howToScanSteps.map((step) => html`<li>${step}</li>`)}
      </ol>
    </details>
    <details>
      <summary>${help.switchTitle}</summary>
      <p>${help.switchBody}</p>
    </details>
    <details>
      <summary>${help.showcaseTitle}</summary>
      <p>${help.showcaseBody}</p>
    </details>
  </section>`;
}
