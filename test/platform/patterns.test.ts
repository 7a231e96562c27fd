import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { analyse } from 'scslre';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FILES = globSync(['src/**/*.ts', 'packages/*/src/**/*.ts'], { cwd: ROOT });

interface Pattern {
  place: string;
  source: string;
  flags: string;
}

/** Every pattern that is written in the sources, and every file that puts others together. */
function patternsIn(file: string): { written: Pattern[]; composes: boolean } {
  const written: Pattern[] = [];
  let composes = false;
  const code = readFileSync(join(ROOT, file), 'utf8');
  new Visitor({
    Literal: (node) => {
      if (!('regex' in node)) return;
      const { pattern: source, flags } = node.regex;
      written.push({ place: `${file}:${code.slice(0, node.start).split('\n').length}`, source, flags });
    },
    NewExpression: ({ callee }) => {
      composes ||= callee.type === 'Identifier' && callee.name === 'RegExp';
    },
  }).visit(parseSync(file, code).program);
  return { written, composes };
}

/** The patterns that a file puts together while it is loaded. */
async function composedBy(file: string): Promise<Pattern[]> {
  const composed: Pattern[] = [];
  const Original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(Original, {
    construct: (target, args: [string | RegExp, string?]) => {
      const pattern = new target(...args);
      composed.push({ place: file, source: pattern.source, flags: pattern.flags });
      return pattern;
    },
  });
  try {
    // Under a name of its own: other files may have loaded it.
    await import(`${pathToFileURL(join(ROOT, file)).href}?patterns`);
  } finally {
    globalThis.RegExp = Original;
  }
  return composed;
}

const costly = ({ source, flags }: Pattern): boolean => analyse({ source, flags }).reports.length > 0;

test.each(['/+$', String.raw`^(.*?)\s*=$`, '^(?:a+)+$'])('%s costs more than its length', (it) => {
  expect(costly({ place: '', source: it, flags: 's' })).toBe(true);
});

test('no pattern costs more than the length of what it is tried on', async () => {
  const read = FILES.map((file) => ({ file, ...patternsIn(file) }));
  const composed: Pattern[] = [];
  for (const { file } of read.filter((it) => it.composes)) composed.push(...(await composedBy(file)));
  const all = [...read.flatMap(({ written }) => written), ...composed];
  expect(all.length).toBeGreaterThan(150);
  expect(composed.map(({ place }) => place)).toContain('src/domain/vocabulary.ts');
  expect(all.filter(costly).map(({ place, source }) => `${place} ${source}`)).toEqual([]);
});
