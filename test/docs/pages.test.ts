import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { SETTINGS } from '../../src/config.ts';
import { pages, pageText, proseOf, ROOT } from './pages.ts';

const PAGES = [
  ...(await pages()),
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'packages/cerbos-pdp/README.md',
  'packages/cerbos-policies/README.md',
  'packages/policy-workbench/README.md',
];

test('README fits on a page, and names the commands that start and test', async () => {
  const readme = await pageText('README.md');
  expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(9 * 1024);
  expect(readme.split('\n').length).toBeLessThanOrEqual(150);
  expect(readme).toContain('npm ci && npm start');
  expect(readme).toContain('npm ci && npm test');
});

test('README leads to every page', async () => {
  const readme = await pageText('README.md');
  for (const page of await pages()) if (page !== 'README.md') expect(readme).toContain(`](${page}`);
});

test.each(PAGES)('%s: each link inside the repository leads to a file, and to a heading of it', async (page) => {
  const broken: string[] = [];
  for (const [, target = ''] of proseOf(await pageText(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(target)) continue;
    const [path = '', heading] = target.split('#');
    const file = path === '' ? page : normalize(join(dirname(page), path));
    if (!existsSync(join(ROOT, file))) broken.push(target);
    else if (heading !== undefined && !headingsOf(await pageText(file)).includes(heading)) broken.push(target);
  }
  expect(broken).toEqual([]);
});

test('docs/configure.md has every setting, and no other', async () => {
  const page = await pageText('docs/configure.md');
  const rows = page.matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \| /gm);
  const documented = [...rows].flatMap(([, names = '']) => names.replaceAll('`', '').split(', '));
  expect(documented.toSorted()).toEqual(SETTINGS.toSorted());
});

test('the glossary is short', async () => {
  const text = await readFile(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const [, glossary = ''] = /^## Glossary\n([^]*?)^## /m.exec(text) ?? [];
  const lines = glossary.split('\n').filter((line) => line !== '');
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.length).toBeLessThanOrEqual(30);
});

/** The anchors that GitHub makes of a page's headings. */
function headingsOf(text: string): string[] {
  const headings = text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
