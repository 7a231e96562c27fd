import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { VECTOR_SCHEMAS } from '../../src/facts/kinds.ts';
import { cliService, type CliService } from '../cli/service.ts';
import { examplesOf, pages, pageText, ROOT, type Example } from './pages.ts';
import { parseRevision } from '../../src/domain/revision.ts';

let service: CliService;
beforeAll(async () => {
  service = await cliService();
});
afterAll(async () => service.stop());

const MARKS = { bash: null, json: null, yaml: 'checked against the schema of the kind' } as const;
const NEXT = '--- the next example ---';

const isRun = ({ language, mark }: Example): boolean =>
  Object.hasOwn(MARKS, language) && MARKS[language as keyof typeof MARKS] === mark;

test.each(await pages())('%s: each example is run, or says why it is not', async (page) => {
  const examples = examplesOf(await pageText(page));
  const silent = examples.filter((example) => !isRun(example) && !/^not run: \S.+/.test(example.mark ?? ''));
  expect(silent).toEqual([]);
  // An answer stands after what is answered.
  const lonely = examples.filter(
    (example, index) =>
      example.language === 'json' && isRun(example) && (!examples[index - 1] || !isRun(examples[index - 1]!)),
  );
  expect(lonely).toEqual([]);
});

/** Pages whose commands run, each in one shell, in the order of the page. */
const RUN = await Promise.all(
  (await pages()).map(async (page) => ({ page, examples: examplesOf(await pageText(page)).filter(isRun) })),
).then((all) => all.filter(({ examples }) => examples.some(({ language }) => language === 'bash')));

test.each(RUN)('$page: commands run, and answer what stands below them', async ({ page, examples }) => {
  const commands = examples.filter(({ language }) => language === 'bash');
  const script = commands.map(({ text }) => text).join(`\nprintf '\\n%s\\n' '${NEXT}'\n`);
  const { code, stdout, stderr } = await service.bash(`${NPX}\n${script}`);
  expect({ page, code, stderr }).toEqual({ page, code: 0, stderr: '' });
  const answers = stdout.split(`\n${NEXT}\n`);
  expect(answers).toHaveLength(commands.length);
  for (const [index, example] of examples.entries()) {
    if (example.language !== 'json') continue;
    const answer = answers[commands.indexOf(examples[index - 1]!)] ?? '';
    expect({ [`${page}:${example.line}`]: shape(JSON.parse(answer)) }).toEqual({
      [`${page}:${example.line}`]: shape(JSON.parse(example.text)),
    });
  }
});

test('the flow of the integration guide is denied, allowed and denied', async () => {
  const [prepare, ...others] = examplesOf(await pageText('docs/integrate.md')).filter(
    ({ language }) => language === 'bash',
  );
  const { stdout } = await service.bash(`${prepare?.text}\n${others.at(-1)?.text}`);
  expect(stdout.match(/"decision":\w+/g)).toEqual(['"decision":false', '"decision":true', '"decision":false']);
  expect(stdout).toContain('GRANT_REVOKED');
});

test('the fact vector that is shown is one of the schema', async () => {
  const vectors = examplesOf(await pageText('docs/decisions.md')).filter(({ language }) => language === 'yaml');
  expect(vectors).toHaveLength(1);
  for (const { text } of vectors) expect(VECTOR_SCHEMAS.tiktok_account.safeParse(parse(text)).error).toBeUndefined();
});

/** `npx sparkgate` without npm, which takes a second a call. */
const NPX = `npx() { shift; '${process.execPath}' '${join(ROOT, 'src/cli.ts')}' "$@"; }`;

/** An answer in which what differs from run to run is replaced by what kind of thing it is. */
function shape(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => shape(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shape(item, key)]));
  }
  if (typeof value !== 'string') return value;
  if (name === 'key') return 'a secret';
  if (name === 'revision') return parseRevision(value) ? 'a revision' : value;
  return value
    .replaceAll(/[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/g, 'an id')
    .replaceAll(/\b[\da-f]{64}\b/g, 'a hash')
    .replaceAll(/\brevision [0-9a-f]+\.\d+\.\d+/g, 'revision N')
    .replaceAll(/\b20[23]\d-\d\d-\d\dT[\d:.]+Z/g, 'a time');
}
