import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** A fenced example of a page. */
export interface Example {
  line: number;
  language: string;
  text: string;
  /** What the HTML comment right above the fence says; null = there is none. */
  mark: string | null;
}

/** The pages for readers, as paths from the root of the repository. */
export async function pages(): Promise<string[]> {
  const docs = await Array.fromAsync(glob('docs/*.md', { cwd: ROOT }));
  return ['README.md', ...docs.toSorted()];
}

export async function pageText(page: string): Promise<string> {
  return readFile(join(ROOT, page), 'utf8');
}

export function examplesOf(text: string): Example[] {
  const fences = text.matchAll(/^(?:<!-- ([^\n]*) -->\n)?```(\w*)\n([^]*?)^```$/gm);
  return [...fences].map(({ index, 1: mark = null, 2: language = '', 3: example = '' }) => ({
    line: text.slice(0, index).split('\n').length + (mark === null ? 0 : 1),
    language,
    text: example,
    mark,
  }));
}

/** The text without its examples and code, in which brackets are no links. */
export function proseOf(text: string): string {
  return text.replaceAll(/^```[^]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()<>]/g, ''));
}
