import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONTRACT } from '../../src/review/contract.ts';
import { openServers } from '../../src/review/policy-servers.ts';
import { examine } from '../../src/rollout/examine.ts';
import {
  ACCEPTANCES,
  add,
  edit,
  INVARIANTS,
  NOTE,
  NOTE_TEST,
  partsOf,
  smallBundle,
  without,
} from '../policies/small.ts';

type Edit = (root: string) => Promise<void>;

/** Examines an edit of the small bundle, held against the bundle as it was. */
async function examined(...edits: readonly Edit[]) {
  const before = await partsOf(await smallBundle());
  const candidate = await partsOf(await smallBundle(...edits));
  return examine({ ...candidate, before: before.suite }, { contract: CONTRACT, openServers });
}

const againstNow = async (): Promise<string> => (await partsOf(await smallBundle())).suite.hash;
const accepting = (names: string, against: string): Edit =>
  add(ACCEPTANCES, `accept:\n  - { ${names}, reason: Anybody may read., against: ${against} }\n`);

/** Everybody reads notes from now on. */
const opened = edit(NOTE, 'R.attr.is_author', 'R.attr.is_author || !R.attr.is_author');
const noTestOfOthers = edit(NOTE_TEST, 'read: EFFECT_DENY, ', '');
const askOthersToBurnOnly = edit(NOTE_TEST, '[read, burn]', '[burn]');
const sentence = '"api_key"';
const emptied: Edit = async (root) => {
  await without('policy-tests')(root);
  await mkdir(join(root, 'policy-tests'));
};

const REFUSED: [what: string, over: string, message: RegExp, ...edits: Edit[]][] = [
  ['an empty folder of tests', 'tests', /^There is nothing to test these policies by/, emptied],
  ['no file of invariants', 'invariants', /There is no sentence that these policies must keep/, without(INVARIANTS)],
  ['a file of no invariants', 'invariants', /There is no sentence/, add(INVARIANTS, 'kinds: {}\n')],
  [
    'tests that are skipped, all of them',
    'tests',
    /^There is nothing to test/,
    edit(NOTE_TEST, 'name: note', 'name: note\nskip: true'),
    without('policy-tests/sparkgate_service_test.yaml'),
  ],
  ['a test that fails', 'tests', /^note: others do not: ann read other: expected DENY, and it is ALLOW$/, opened],
  [
    "a rule of the service's own kind without a test",
    'tests',
    /sparkgate_service\.yaml:\d+ rule nobody-tries: in the tests it never applies/,
    edit(
      'policies/resource_policies/sparkgate_service.yaml',
      '    - name: check-permission-decides',
      `    - { name: nobody-tries, actions: [untried], effect: EFFECT_ALLOW, roles: [api_key] }
    - name: check-permission-decides`,
    ),
  ],
  [
    'an old expectation that fails, whose test is gone',
    'tests',
    /note: others do not: ann read other: expected DENY, and it is ALLOW\n[^]*- "note: others do not"\n[^]*against: [0-9a-f]{64}$/,
    opened,
    noTestOfOthers,
    askOthersToBurnOnly,
  ],
  [
    'a test of the opposite for another input contradicts nothing',
    'tests',
    /suite that holds the bundle that decides does not hold this one:\n {2}note: others do not: ann read other/,
    opened,
    edit(NOTE_TEST, 'read: EFFECT_DENY', 'read: EFFECT_ALLOW'),
    edit(NOTE_TEST, 'id: ann,', 'id: anna,'),
  ],
  [
    'a sentence that is gone',
    'invariants',
    /keys-alone-read-metrics \(sparkgate_service\) is gone/,
    edit(INVARIANTS, 'keys-alone', 'only-keys'),
  ],
  [
    'a sentence that says less',
    'invariants',
    /keys-alone-read-metrics \(sparkgate_service\) says something else now/,
    edit(INVARIANTS, sentence, '"api_key" || role == "user"'),
  ],
  [
    'a sentence that is violated',
    'invariants',
    /^VIOLATED keys-alone-read-metrics/,
    edit(INVARIANTS, sentence, '"user"'),
    async (root) => accepting('sentences: [keys-alone-read-metrics]', await againstNow())(root),
  ],
  [
    'an acceptance against another suite',
    'invariants',
    /is gone/,
    edit(INVARIANTS, 'keys-alone', 'only-keys'),
    accepting('sentences: [keys-alone-read-metrics]', 'a'.repeat(64)),
  ],
  [
    'an acceptance without a reason',
    'tests',
    /acceptances\.yaml cannot be read: accept\.0\.reason/,
    add(ACCEPTANCES, 'accept: [{ tests: [a] }]\n'),
  ],
];

test.each(REFUSED)('%s', async (_what, over, message, ...edits) => {
  await expect(examined(...edits)).rejects.toMatchObject({ over, message: expect.stringMatching(message) });
});

test('no folder of tests: nothing to run is a failure', async () => {
  const { policyDir } = await partsOf(await smallBundle());
  const candidate = { policyDir, suite: null, before: null };
  await expect(examine(candidate, { contract: CONTRACT, openServers })).rejects.toMatchObject({ over: 'tests' });
});

test('what its own tests contradict for the same input, and what is accepted by name, may go; the rest is counted', async () => {
  const contradicted = await examined(opened, edit(NOTE_TEST, 'read: EFFECT_DENY', 'read: EFFECT_ALLOW'));
  expect(contradicted).toMatchObject({ contradicted: 1, accepted: [], skipped: 0, sentences: 1 });
  expect(contradicted.findings).toEqual([
    expect.stringMatching(/note\.yaml:7 rule authors-read: in the tests it never does not apply/),
  ]);
  const against = await againstNow();
  const names = 'tests: ["note: others do not", "note: authors read"], sentences: [keys-alone-read-metrics]';
  const accepted = await examined(
    opened,
    noTestOfOthers,
    askOthersToBurnOnly,
    edit(INVARIANTS, 'keys-alone', 'only-keys'),
    accepting(names, against),
  );
  expect(accepted.accepted).toEqual([
    { sort: 'test', name: 'note: others do not', reason: 'Anybody may read.', against },
    { sort: 'sentence', name: 'keys-alone-read-metrics', reason: 'Anybody may read.', against },
  ]);
  expect(accepted.findings).toContain('The test note: authors read is accepted, and holds still.');
});
