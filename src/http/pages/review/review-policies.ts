import { html } from 'hono/html';
import type { Bundle } from '../../../decision/bundle.ts';
import type { Refusal } from '../../../rollout/journal.ts';
import type { ServiceStatus } from '../../env.ts';
import { facts } from '../../ui/facts.ts';
import type { Html } from '../../ui/html.ts';
import { notice } from '../../ui/notice.ts';
import type { Locale } from '../../ui/locale.ts';
import { table, type Column } from '../../ui/table.ts';
import { time } from '../../ui/time.ts';
import { WHO, type Cell, type OperationRow, type Who } from './role-table.ts';

/** Who may do what, as the policies say at this moment. */
export function tableSection(locale: Locale, rows: readonly OperationRow[]): Html {
  const words = locale.words.review;
  const columns: Column<OperationRow>[] = [
    {
      label: words.operation,
      main: true,
      cell: ({ action }) => html`${words.operations[action]} <span class="sub"><code>${action}</code></span>`,
    },
    ...WHO.map((who) => ({
      label: words.columns[who],
      cell: ({ cells }: OperationRow) => cellText(locale, who, cells[who]),
    })),
  ];
  return html`<section class="card">
    <h2 id="who">${words.table}</h2>
    <p class="hint">${words.tableLead}</p>
    <div class="scroll" tabindex="0" role="region" aria-labelledby="who">${table(words.table, columns, rows)}</div>
  </section>`;
}

/** The shortest words that say the same as the three answers. */
function cellText(locale: Locale, who: Who, { bare, assigned, role }: Cell): Html {
  const { cells } = locale.words.review;
  if (bare && assigned && role) return html`<span class="answer yes">${cells.yes}</span>`;
  if (!bare && !assigned && !role) return html`<span class="answer no">${cells.no}</span>`;
  if (!bare && assigned && role) return html`<span class="answer some">${cells.assigned}</span>`;
  const member = who === 'ADMIN' || who === 'STANDARD';
  if (!bare && !assigned) return html`<span class="answer some">${member ? cells.assignedAndRole : cells.role}</span>`;
  const word = (allowed: boolean): string => (allowed ? cells.yes : cells.no);
  return html`<span class="answer some">${cells.mixed(word(bare), word(assigned), word(role))}</span>`;
}

/** The loaded bundle and its state. */
export function bundleSection(locale: Locale, state: ServiceStatus, kinds: Bundle['kinds']): Html {
  const words = locale.words.review;
  const answers = (is: boolean): string => (is ? words.answers : words.silent);
  return html`<section class="card" aria-labelledby="bundle">
    <h2 id="bundle">${words.bundle}</h2>
    ${state.policy.last_refusal === null ? '' : refused(locale, state.policy.last_refusal)}
    ${facts([
      [words.bundleHash, html`<code class="wrap">${state.policy.policy}</code>`],
      [words.decidesSince, time(locale, state.policy.since)],
      [words.state, state.ready ? words.ready : words.notReady],
      [words.pdp, answers(state.pdp.answers)],
      [words.database, answers(state.database.answers)],
    ])}
    <h3>${words.kinds}</h3>
    ${table(
      words.kinds,
      [
        { label: words.kind, main: true, cell: ([kind]) => html`<code>${kind}</code>` },
        { label: words.rules, numeric: true, cell: ([, { rules }]) => locale.formats.number(rules.length) },
        {
          label: words.actions,
          cell: ([, { actions }]) => html`<span class="wrap">${[...actions].toSorted().join(', ')}</span>`,
        },
      ],
      [...kinds].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    )}
  </section>`;
}

/** An edit that did not become the policies, and why. */
function refused(locale: Locale, { at, message, standing }: Refusal): Html {
  const words = locale.words.review;
  return notice(
    locale,
    standing ? 'error' : 'warning',
    html`${standing ? words.refusedStanding : words.refusedOnce} ${time(locale, at)}`,
    html`<pre class="scroll" tabindex="0">${message}</pre>`,
  );
}
