import { html } from 'hono/html';
import type { Html } from './html.ts';

/** A column: its heading, and what a row says in it. `main` names the row. */
export interface Column<Row> {
  label: string;
  cell: (row: Row) => Html | string | number;
  main?: boolean;
  /** Numbers stand at the end of the line. */
  numeric?: boolean;
}

/** A table on a desk, a stack of cards on a phone. Roles are said, since a table that is not laid out as one loses them. */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  return html`<div class="table"><table class="cards" role="table">
    <caption class="visually-hidden">${caption}</caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map((column) => html`<th role="columnheader" scope="col"${numeric(column)}>${column.label}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map((row) => html`<tr role="row">${columns.map((column) => cell(column, row))}</tr>`)}
    </tbody>
  </table></div>`;
}

function cell<Row>(column: Column<Row>, row: Row): Html {
  const label = html` data-label="${column.label}"`;
  if (column.main) return html`<th role="rowheader" scope="row"${label}><div>${column.cell(row)}</div></th>`;
  return html`<td role="cell"${label}${numeric(column)}><div>${column.cell(row)}</div></td>`;
}

function numeric({ numeric: is }: { numeric?: boolean }): Html {
  return is ? html` class="numeric"` : html``;
}
