import { alternativesOf, globParts, isGlob, matchesGlob } from '@sparkgate/cerbos-policies/glob';

/** An action that no policy names: what is allowed by `"*"` shows in it. */
export const UNNAMED_ACTION = 'some_other_action';

/** Spellings of one pattern that are tried, where its braces have more. */
const MOST_SPELLINGS = 64;

/**
 * Names by which all is decided that rules name: the names, and for each set of patterns that some further name was found
 * to fall under one such name; one that falls under none, or under as few as can be, is the unnamed action.
 */
export function actionExamples(names: Iterable<string>): string[] {
  const all = [...new Set(names)];
  const globs = all.filter((name) => isGlob(name) && !MATCH_ALL.has(name));
  const plain = all.filter((name) => !isGlob(name));
  const spellings = globs.flatMap((glob) => alternativesOf(glob).slice(0, MOST_SPELLINGS));
  const fillings = new Set(['something', '', ...spellings.flatMap(wordsOf)]);
  const tried = [UNNAMED_ACTION, 'an:other:action', ...spellings.flatMap((it) => filled(it, fillings))];
  const found = new Map<string, string>();
  for (const name of tried) {
    const under = globs.filter((glob) => matchesGlob(glob, name)).join(' ');
    if (name !== '' && !plain.includes(name) && !found.has(under)) found.set(under, name);
  }
  const [unnamed, ...others] = found.values();
  return [...plain, ...others, ...(unnamed === undefined ? [] : [unnamed])];
}

const MATCH_ALL = new Set(['*', '**']);

/** The texts between what is open in a pattern. */
function wordsOf(glob: string): string[] {
  const runs = globParts(glob)
    .map((part) => (part.length === 1 && part !== '*' && part !== '?' ? part : '*'))
    .join('')
    .split('*');
  return [...runs, ...runs.flatMap((run) => run.split(':'))];
}

/** What falls under a pattern, with these words for its stars. */
function filled(glob: string, words: Iterable<string>): string[] {
  const parts = globParts(glob);
  return [...words].map((word) => parts.map((part) => (/^\*\*?$/.test(part) ? word : letterOf(part))).join(''));
}

function letterOf(part: string): string {
  if (part === '?') return 'x';
  if (part.startsWith('\\')) return part.slice(1);
  return part.startsWith('[') ? (LETTERS.find((it) => matchesGlob(`${part}*`, it)) ?? '') : part;
}

const LETTERS = Array.from({ length: 95 }, (_, index) => String.fromCodePoint(126 - index));
