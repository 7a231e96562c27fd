import { html, raw } from 'hono/html';
import type { PolicyFile } from '@sparkgate/cerbos-policies/policies';
import { percent } from './coverage-report.ts';
import { isCovered, missing, type Covered } from './measure.ts';

/** One page with every policy, each line that counts marked by what the tests reached; needs no other file. */
export async function coverageHtml(covered: readonly Covered[], files: readonly PolicyFile[]): Promise<string> {
  const own = files.filter(({ path }) => covered.some(({ point }) => point.file === path));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Policy coverage</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <h1>Policy coverage: ${percent(covered)}%</h1>
        ${own.map((file) =>
          fileSection(
            file,
            covered.filter(({ point }) => point.file === file.path),
          ),
        )}
      </body>
    </html>`;
  return `${String(await page)}\n`;
}

const STYLE = `
  body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem; color: #1b1b1b; background: #fff; }
  table { border-collapse: collapse; font: 12px/1.5 ui-monospace, monospace; }
  td { padding: 0 .75rem; white-space: pre; }
  td:nth-child(-n + 2) { text-align: right; color: #595959; }
  tr.yes td { background: #e4f5e7; }
  tr.no td { background: #fbe1e1; }
`;

function fileSection(file: PolicyFile, own: readonly Covered[]) {
  const byLine = Map.groupBy(own, ({ point }) => point.line);
  const rows = file.text
    .trimEnd()
    .split('\n')
    .map((text, index) => lineRow(index + 1, text, byLine.get(index + 1) ?? []));
  return html`<h2>${file.path}: ${percent(own)}%</h2>
    <table>
      ${rows}
    </table>`;
}

function lineRow(line: number, text: string, points: readonly Covered[]) {
  const counts = points.map(({ held, failed }) => `${held} yes, ${failed} no`).join('; ');
  const gaps = points
    .map(missing)
    .filter((it) => it !== '')
    .join('; ');
  const state = points.length === 0 ? '' : points.every(isCovered) ? 'yes' : 'no';
  return html`<tr class="${state}">
    <td>${line}</td>
    <td>${counts}</td>
    <td>${text}${gaps === '' ? '' : `   <- ${gaps}`}</td>
  </tr>`;
}
