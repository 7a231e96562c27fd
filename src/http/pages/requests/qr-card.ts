import { html, raw } from 'hono/html';
import type { AccessRequestView } from '../../../domain/access-requests/view.ts';
import { qrSvg } from '../../../platform/qr.ts';
import type { Html } from '../../ui/html.ts';
import type { Locale } from '../../ui/locale.ts';
import { plainName } from '../../ui/name.ts';
import { inOrder } from '../../ui/scopes.ts';

/** Measures of the card, in its own units. */
const WIDTH = 560;
const EDGE = 40;
const QR = 400;

/** What a card says, line by line. */
interface Line {
  text: string;
  size: number;
  bold?: boolean;
  /** Room above it. */
  above?: number;
}

/** What is on a card. */
export interface Card {
  center: string;
  request: AccessRequestView;
  /** What the code carries. */
  url: string;
}

/**
 * The QR code as a card that is sent on or printed: beside the picture stands what its reader has to compare, who asks,
 * for what and until when.
 */
export async function qrCard(locale: Locale, { center, request, url }: Card): Promise<Awaited<Html>> {
  const { live, requests } = locale.words.console;
  const before = placed(EDGE, [
    { text: plainName(center), size: 28, bold: true },
    { text: `${locale.words.console.id} ${plainName(request.bc_id)}`, size: 15 },
    { text: live.cardLead, size: 17, above: 10 },
  ]);
  const after = placed(before.end + QR + 16, [
    { text: live.matchingCode, size: 15 },
    { text: request.code, size: 34, bold: true },
    { text: live.cardCompare, size: 15 },
    { text: requests.scopes, size: 15, above: 14 },
    ...inOrder(request.scopes).map((scope) => ({ text: locale.words.common.scopes[scope].name, size: 17, bold: true })),
    { text: `${requests.expires} ${locale.formats.dateTime(request.expires_at)}`, size: 15, above: 14 },
    { text: live.once, size: 15 },
  ]);
  const height = after.end + EDGE / 2;
  const left = (WIDTH - QR) / 2;
  const picture = (await qrSvg(url)).replace(
    '<svg ',
    `<svg x="${left}" y="${before.end}" width="${QR}" height="${QR}" `,
  );
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" lang="${locale.language}">
  <rect width="${WIDTH}" height="${height}" fill="#fff"/>
  <rect x="1" y="1" width="${WIDTH - 2}" height="${height - 2}" rx="16" fill="none" stroke="#161823" stroke-width="2"/>
  <g fill="#161823" text-anchor="middle" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif">
    ${before.lines}
    ${raw(picture)}
    ${after.lines}
  </g>
</svg>`;
}

/** The card's name as a file. */
export function cardName({ bc_id: bcId, code }: AccessRequestView, type: 'svg' | 'png'): string {
  return `sparkgate-${bcId.replaceAll(/[^\w.-]+/g, '_').slice(0, 64)}-${code}.${type}`;
}

/** Lines one below the other, those too long in several. */
function placed(top: number, lines: readonly Line[]): { lines: Html[]; end: number } {
  let y = top;
  const drawn = lines.flatMap(({ text, size, bold, above = 0 }) => {
    y += above;
    return wrapped(text, (WIDTH - 2 * EDGE) / size).map((part) => {
      y += size * 1.4;
      return html`<text x="${WIDTH / 2}" y="${Math.round(y - size * 0.35)}" font-size="${size}"${bold ? html` font-weight="700"` : ''}>${part}</text>`;
    });
  });
  return { lines: drawn, end: Math.round(y) };
}

/** So many lines of a text that has no end. */
const MOST_LINES = 3;

/** A text in lines of so many em: a Chinese character takes one, any other somewhat more than a half. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = [''];
  let taken = 0;
  for (const { segment } of new Intl.Segmenter('zh', { granularity: 'word' }).segment(text)) {
    for (const piece of widthOf(segment) > most ? segment : [segment]) {
      const width = widthOf(piece);
      if (taken + width > most && taken > 0) {
        lines.push('');
        taken = 0;
      }
      lines.push(`${lines.pop() ?? ''}${piece}`);
      taken += width;
    }
  }
  const shown = lines.slice(0, MOST_LINES);
  return lines.length > MOST_LINES ? [...shown.slice(0, -1), `${shown.at(-1) ?? ''}…`] : shown;
}

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += /[\u2e80-\uffef]/u.test(character) ? 1 : 0.58;
  return width;
}
