/** Words that mean nothing to Markdown, nor to what GitHub makes of text afterwards. */
const PLAIN = /^[\p{L}\p{M}\p{N}.,;:'’"()-]*$/u;

/** What GitHub turns into links and pictures: addresses, issues, commits, and `:smile:`. */
const MEANT = /www\.|[a-z]-\d|[0-9a-f]{7}|:./i;

/** What begins a list, a rule or a heading where a line begins. */
const BEGINS = /^(?:\d+[.)]|[-]+)$/;

/** Characters that turn the order of what follows them, or hide in it. */
const HIDDEN = /[\p{Cc}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * A line of text in Markdown in which nothing becomes a link, a mention, an issue, a picture or markup. Entities would
 * not do: GitHub looks for names and addresses in what they stand for. In a span of code it looks for nothing.
 */
export function markdownText(line: string): string {
  return line
    .trim()
    .split(/([ \n\r\t]+)/)
    .map((part, index) => (index % 2 === 1 ? ' ' : word(part, index === 0)))
    .join('');
}

/** A word; what surrounds it in a sentence stays outside the span of code. */
function word(text: string, isFirst: boolean): string {
  if (text === '->' && !isFirst) return text;
  const [before = ''] = /^[("]*/.exec(text) ?? [];
  const rest = text.slice(before.length);
  const inside = rest.replace(/(?<![.,;:)"])[.,;:)"]+$/, '');
  const after = rest.slice(inside.length);
  const isHarmless = PLAIN.test(text) && !MEANT.test(inside + after) && !(isFirst && BEGINS.test(text));
  if (isHarmless) return text;
  return inside === '' ? code(text) : `${before}${code(inside)}${after}`;
}

/** A span of code that holds any text: its fence is longer than every row of backticks in it. */
function code(text: string): string {
  const shown = text.replaceAll(HIDDEN, (it) => `\\u${(it.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([row]) => row.length));
  const fence = '`'.repeat(longest + 1);
  const space = /^`|`$/.test(shown) ? ' ' : '';
  return `${fence}${space}${shown}${space}${fence}`;
}
