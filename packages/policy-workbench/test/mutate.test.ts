import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { expressionEdits } from '../src/mutate/expression-edits.ts';
import { apply, unifiedDiff } from '../src/mutate/edit.ts';
import { DOORS, folderOf, workbenchHere } from './support.ts';

const workbench = workbenchHere();

const NOTHING = { otherValues: () => [], lookalikes: () => [] };

test.each([
  ['a == 1 && b', ['!(a == 1 && b)', 'a == 1 || b', 'a == 1', 'b', 'a != 1 && b', 'a == 2 && b']],
  [
    '(a || b) && !c',
    [
      '!((a || b) && !c)',
      '(a || b) || !c',
      '(a || b)',
      '!c',
      '(a && b) && !c',
      '(a) && !c',
      '(b) && !c',
      '(a || b) && c',
    ],
  ],
  ['l.exists(p, p.x)', ['!(l.exists(p, p.x))', 'l.all(p, p.x)']],
  ['a in [true]', ['!(a in [true])', 'a in [false]']],
])('the slips in %s', (text, expected) => {
  const texts = expressionEdits(text, NOTHING).map((edit) => apply(text, edit));
  expect(texts.toSorted()).toEqual(expected.toSorted());
});

test('a constant becomes another of its closed set, and a variable one that looks like it', () => {
  const vocabulary = {
    otherValues: (text: string, field: string | null) => (text === 'POST' && field === 'kind' ? ['LIVE'] : []),
    lookalikes: (name: string) => (name === 'linked_post' ? ['linked_live'] : []),
  };
  const text = 'R.attr.kind == "POST" && V.linked_post';
  const texts = expressionEdits(text, vocabulary).map((edit) => apply(text, edit));
  expect(texts).toContain('R.attr.kind == "LIVE" && V.linked_post');
  expect(texts).toContain('R.attr.kind == "POST" && V.linked_live');
});

test('a diff shows the one place and three lines around it', () => {
  const before = 'a\nb\nc\nd\ne\nf\n';
  expect(unifiedDiff('x.yaml', before, before.replace('e', 'E'))).toBe(
    '--- a/x.yaml\n+++ b/x.yaml\n@@ -2,6 +2,6 @@\n b\n c\n d\n-e\n+E\n f\n ',
  );
});

test('the missing test is proposed, and once it is pasted the mutant is killed', async () => {
  const folder = await folderOf(DOORS);
  const where = [
    join(folder, 'tests'),
    '--policies',
    join(folder, 'policies'),
    '--invariants',
    join(folder, 'tests/invariants.yaml'),
  ];
  const before = await workbench('mutate', ...where);
  expect(before.code).toBe(7);
  expect(before.stdout).toMatch(/SURVIVED \d+ door\.yaml:\d+ drops a part of all/);
  expect(before.stdout).toContain('-              - expr: R.attr.floor == "LOW"');

  // Every proposal is pasted, each with a name of its own.
  const suite = parse(DOORS['tests/door_test.yaml']) as { resources: object; principals: object; tests: unknown[] };
  for (const [, principal, resource, missing] of before.stdout.matchAll(
    /under principals[^\n]*\n([^\n]+)\n# [^\n]+under resources:\n([^\n]+)\n# [^\n]+under tests:\n((?: +[^\n]+\n)+)/g,
  )) {
    suite.principals = { ...suite.principals, ...(parse(principal ?? '') as object) };
    suite.resources = { ...suite.resources, ...(parse(resource ?? '') as object) };
    suite.tests.push(...(parse(missing ?? '') as unknown[]));
  }
  await writeFile(join(folder, 'tests/door_test.yaml'), JSON.stringify(suite));
  const after = await workbench('mutate', ...where);
  expect(after.stdout).toMatch(/0 survived, .* score 100%/);
  expect(after.code).toBe(0);
});

test('mutants that decide every situation as before are no survivors', async () => {
  const doubled = DOORS['policies/door.yaml'].replace(
    'expr: R.attr.member\n',
    'expr: R.attr.member || R.attr.member\n',
  );
  const folder = await folderOf({ ...DOORS, 'policies/door.yaml': doubled });
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies'), '--output', 'json'];
  const { stdout } = await workbench('mutate', ...where);
  const report = JSON.parse(stdout);
  expect(report.equivalent).toBeGreaterThanOrEqual(2);
});

test('only what changed since a git revision is mutated', async () => {
  const folder = await folderOf(DOORS);
  const git = async (...args: string[]) =>
    promisify(execFile)('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args]);
  await git('init', '--quiet');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'doors');
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies'), '--output', 'json', '--changed-since'];
  expect(JSON.parse((await workbench('mutate', ...where, 'HEAD')).stdout).mutants).toBe(0);
  await writeFile(join(folder, 'policies/door.yaml'), DOORS['policies/door.yaml'].replace('"LOW"', "'LOW'"));
  const { tried } = JSON.parse((await workbench('mutate', ...where, 'HEAD')).stdout);
  expect(new Set(tried.map((it: { line: number }) => it.line))).toEqual(new Set([8, 9, 10, 11, 12, 14, 16, 17]));
  expect(await workbench('mutate', ...where, 'no-such-revision')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no-such-revision'),
  });
});
