import { LRUCache } from 'lru-cache';

/** A name in a rule is a pattern as soon as a `*` is in it; `{a,b}` and `[ab]` without one are just those letters. */
export const isGlob = (name: string): boolean => name.includes('*');

/** What a name in a rule means. @throws Error for a pattern that is not read */
export function matchesGlob(name: string, asked: string): boolean {
  if (!isGlob(name)) return name === asked;
  const pattern = patternOf(name);
  if (!pattern) throw new Error(`${name} is a pattern that is not read.`);
  return pattern.test(asked);
}

/** Whether any of these names in rules means what is asked. @throws Error for a pattern that is not read */
export const matchesAny = (names: Iterable<string>, asked: string): boolean =>
  [...names].some((name) => matchesGlob(name, asked));

/**
 * Whether Cerbos matches a name as it reads. Cerbos 0.55 leaves patterns to gobwas/glob 0.2.3, which errs on some, such as
 * `a**a` and `{a,}*`, and on others, such as `a{}**`, brings the whole policy server down.
 */
export const isReadableGlob = (name: string): boolean => !isGlob(name) || patternOf(name) !== null;

/** A pattern without its braces, once for each of their alternatives; a name itself. */
export function alternativesOf(name: string): string[] {
  const [, before = '', inside = '', after = ''] = /^((?:\\.|[^\\{])*)\{([^}]*)\}(.*)$/.exec(name) ?? [];
  if (!isGlob(name) || inside === '') return [name];
  const rests = alternativesOf(`*${after}`).map((it) => it.slice(1));
  return inside.split(',').flatMap((it) => rests.map((rest) => before + it + rest));
}

const patterns = new LRUCache<string, { pattern: RegExp | null }>({ max: 1000 });

function patternOf(glob: string): RegExp | null {
  const known = patterns.get(glob);
  if (known) return known.pattern;
  const source = glob === '*' ? ANYTHING : sourceOf(glob);
  const pattern = source === null ? null : new RegExp(`^(?:${source})$`, 'u');
  patterns.set(glob, { pattern });
  return pattern;
}

const ANYTHING = '[^]*';
const BUT_A_COLON = '[^:]';

/** Stars, any letter, letters to choose from, words to choose from, an escaped letter, a plain one; ASCII alone. */
const PART =
  /\*\*|\*|\?|\[!?(?:[^[\]\\!-]-[^[\]\\!-]|[^[\]\\!-]+)\]|\{[^*?[\]{}\\,]+(?:,[^*?[\]{}\\,]+)*\}|\\[ -~]|[^*?[\]{}\\]/g;

/** What a pattern is made of, in its order. */
export const globParts = (glob: string): string[] => glob.match(PART) ?? [];

function sourceOf(glob: string): string | null {
  const parts = globParts(glob);
  if (parts.join('') !== glob || !/^[ -~]*$/.test(glob)) return null;
  const stars = parts.flatMap((part, index) => (part === '*' || part === '**' ? [index] : []));
  const isClear = (at: number): boolean =>
    !stars.includes(at + 1) && (parts[at] === '*' || at === 0 || at === parts.length - 1);
  return stars.every(isClear) && !parts.some(isBackwards) ? parts.map(meaning).join('') : null;
}

/** `[z-a]` */
function isBackwards(part: string): boolean {
  const [, from = '', to = ''] = /^\[!?(.)-(.)\]$/.exec(part) ?? [];
  return from > to;
}

function meaning(part: string): string {
  if (part === '**') return ANYTHING;
  if (part === '*') return `${BUT_A_COLON}*`;
  if (part === '?') return BUT_A_COLON;
  if (part.startsWith('\\')) return escaped(part.slice(1));
  if (part.startsWith('{')) return `(?:${part.slice(1, -1).split(',').map(escaped).join('|')})`;
  if (!part.startsWith('[')) return escaped(part);
  const [, not = '', from = '', to = '', letters = ''] = /^\[(!?)(?:(.)-(.)|(.+))\]$/.exec(part) ?? [];
  const range = from === '' ? escaped(letters) : `${escaped(from)}-${escaped(to)}`;
  return `[${not === '' ? '' : '^'}${range}]`;
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
