import { MADE } from './neutral.ts';

const TOKEN =
  /<!--[\s\S]*?-->|<!doctype[^>]*>|<(\/?)([a-zA-Z][\w-]*)((?:\s+[^\s=>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+))?)*)\s*\/?>/gi;
const ATTRIBUTE = /([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g;
const VOID = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr']);

/** Attributes that people read or hear, and seconds left: that they are there is structure, what they say is not. */
const SAID = new Set([
  'title',
  'alt',
  'placeholder',
  'aria-label',
  'data-copied',
  'data-failed',
  'data-over',
  'data-countdown',
  'd',
  'viewbox',
]);

/** An element of a page. */
export interface Element {
  tag: string;
  attributes: Record<string, string>;
  depth: number;
}

/** Every element of a page in document order. Pages of the service close what they open. */
export function elements(html: string): Element[] {
  const open: string[] = [];
  const found: Element[] = [];
  for (const [token, closes, name, attributes = ''] of html.matchAll(TOKEN)) {
    const tag = name?.toLowerCase();
    if (tag === undefined) continue;
    if (closes === '/') {
      open.length = Math.max(0, open.lastIndexOf(tag));
    } else {
      found.push({ tag, attributes: attributesIn(attributes), depth: open.length });
      if (!VOID.has(tag) && !token.endsWith('/>')) open.push(tag);
    }
  }
  return found;
}

/** The element tree, a line an element: tags, ids, classes, and the attributes that programs read. No text. */
export function outline(html: string): string[] {
  return elements(html).map(({ tag, attributes: { id, class: classes, ...others }, depth }) => {
    const names = (classes ?? '').split(/\s+/).filter(Boolean);
    if (MADE.has(others['name'] ?? '') && 'value' in others) others['value'] = '…';
    const rest = Object.entries(others)
      .map(([name, value]) => (value === '' ? name : `${name}=${SAID.has(name) ? '…' : value}`))
      .toSorted();
    const line = [tag, id === undefined ? '' : `#${id}`, ...names.map((it) => `.${it}`)].join('');
    return `${' '.repeat(depth)}${[line, ...rest].join(' ')}`;
  });
}

/** The fields of the first form that is sent to an address, or of any form: names and values, without buttons. */
export function fieldsOf(html: string, action?: string): Record<string, string> {
  const fields: Record<string, string> = {};
  let inside = false;
  for (const { tag, attributes } of elements(html)) {
    if (tag === 'form') inside = action === undefined || attributes['action'] === action;
    if (!inside || tag !== 'input' || attributes['type'] !== 'hidden' || attributes['name'] === undefined) continue;
    fields[attributes['name']] ??= attributes['value'] ?? '';
  }
  return fields;
}

function attributesIn(text: string): Record<string, string> {
  const found = [...text.matchAll(ATTRIBUTE)];
  return Object.fromEntries(
    found.map(([, name = '', ...values]) => [name.toLowerCase(), unescaped(values.find(Boolean) ?? '')]),
  );
}

function unescaped(text: string): string {
  const known: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => known[name] ?? '');
}
