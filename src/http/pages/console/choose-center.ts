import { Hono } from 'hono';
import { html } from 'hono/html';
import { listOwnCenters } from '../../../domain/business-centers/list-own-centers.ts';
import { mayReview } from '../../../domain/review/may-review.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import { checkedName, shownName } from '../../ui/name.ts';
import { page } from '../../ui/page.ts';
import { routes } from '../../routes.ts';
import { contextOfPage } from '../../session/context-of-page.ts';
import { idOf, listOf } from './console-context.ts';
import { listPager } from './list-pager.ts';
import { heading } from './parts.ts';

/** Which Business Center to work in; whoever is in one alone goes on to it. */
export const choose = new Hono<PageEnv>()
  .get(routes.console.choose.pattern, async (c) => {
    const locale = c.get('locale');
    const words = locale.words.console;
    const { find, at } = listOf(c);
    const { items, next_cursor: next } = await listOwnCenters(contextOfPage(c), find);
    const [only] = items;
    if (only && items.length === 1 && next === null && find.cursor === undefined) {
      return c.redirect(routes.console.tiktokAccounts(only.bc_id), 302);
    }
    const review = (await mayReview(contextOfPage(c)))
      ? html`<a class="button" href="${routes.review()}">${words.nav.review}</a>`
      : undefined;
    const list = html`${heading(words.chooseCenter, { lead: words.chooseLead, action: review })}
      <ul class="tiles">
        ${items.map(
          (center) =>
            html`<li>
              <a class="tile" href="${routes.console.tiktokAccounts(center.bc_id)}">
                <strong>${checkedName(locale, center.name)}</strong>
                <span class="sub">${words.id} ${shownName(center.bc_id)}</span>
                <span class="badge">${words.roles[center.user_role]}</span>
              </a>
            </li>`,
        )}
      </ul>
      ${listPager(locale, { path: routes.console.choose(), at, next, limit: find.limit, rows: items.length })}`;
    const body = only
      ? list
      : html`<h1 class="visually-hidden">${words.yourCenters}</h1>${emptyState({ ...words.noCenters, ...(review && { action: review }) })}`;
    return page(c, { title: words.yourCenters, body });
  })
  .get(routes.console.center.pattern, (c) => c.redirect(routes.console.tiktokAccounts(idOf(c, 'bc_id')), 302));
