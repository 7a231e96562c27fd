import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isReadableGlob, matchesGlob } from '@sparkgate/cerbos-policies/glob';
import type { PolicyServers } from '../src/policy-servers.ts';
import { openLocalServers } from '../src/local-servers.ts';
import { temporaryFolder } from './support.ts';

test.each([
  ['view', ['view'], ['views', 'vie']],
  ['{a,b}', ['{a,b}'], ['a', 'b']],
  ['*', ['a', 'a:b', '{'], []],
  ['view:*', ['view:', 'view:own'], ['view', 'view:own:now']],
  ['view:**', ['view:own:now'], ['view']],
  ['{preview,watch}_live*', ['preview_live', 'watch_live_videos'], ['read_live', 'preview_live:own']],
  ['?[ab]*', ['xa', 'xbc'], ['xc', ':a']],
  ['[!a-c]*', ['d', ':'], ['a', 'bd']],
  [String.raw`\**`, ['*', '*a'], ['a']],
])('%s', (glob, means, doesNot) => {
  expect(means.filter((name) => !matchesGlob(glob, name))).toEqual([]);
  expect(doesNot.filter((name) => matchesGlob(glob, name))).toEqual([]);
});

test.each(['a**a', '***', '{a,}*', '{a*,b}', '{{a,b},c}*', 'a{}**', '[b-a]*', '[ab*', 'a}*', '*\\', 'é*'])(
  '%s is not relied on',
  (glob) => {
    expect(isReadableGlob(glob)).toBe(false);
    expect(() => matchesGlob(glob, 'a')).toThrow(glob);
  },
);

let servers: PolicyServers;
beforeAll(async () => {
  servers = await openLocalServers();
});
afterAll(async () => servers.close());

const letter = fc.constantFrom(...'ab:*?[]{},!-\\'.split(''));
const word = fc.array(fc.constantFrom('a', 'b', ':'), { minLength: 1, maxLength: 2 }).map((it) => it.join(''));
const part = fc.oneof(
  word,
  fc.constantFrom('*', '**', '?', '[ab]', '[!a]', '[a-b]', '[!a-b]', '[:]', String.raw`\*`, ',', '-', '!'),
  fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => `{${words.join(',')}}`),
);
const joined = (of: fc.Arbitrary<string>) => fc.array(of, { minLength: 1, maxLength: 5 }).map((it) => it.join(''));
const glob = fc.oneof(joined(letter), { weight: 3, arbitrary: joined(part) }).filter(isReadableGlob);
const NAMES = ['a', 'b', ':', '']
  .flatMap((x) => ['a', 'b', ':', ''].flatMap((y) => ['a', 'b', ':', '*'].map((z) => x + y + z)))
  .concat('{', '}', '[', ']', '?', '!', '-', ',', '\\', '{a}', '[a]', 'a,b', 'a-b', 'ab:ba', '**', String.raw`\*`);

test('what is relied on is matched by Cerbos as it is here', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(glob, { minLength: 80, maxLength: 80 }), async (globs) => {
      const dir = join(temporaryFolder(), 'policies');
      mkdirSync(dir);
      for (const [index, it] of globs.entries()) writeFileSync(join(dir, `k${index}.yaml`), policy(`k${index}`, it));
      const { pdp, stop } = await servers.start(dir);
      const asked = globs.flatMap((it, index) => NAMES.map((name) => ({ kind: `k${index}`, glob: it, name })));
      const answers = await pdp.ask(asked.map(({ kind, name }) => question(kind, name)));
      await stop();
      const wrong = asked.filter((it, index) => answers[index]?.allowed !== matchesGlob(it.glob, it.name));
      expect(wrong).toEqual([]);
    }),
    { numRuns: 6 },
  );
});

const policy = (resource: string, action: string): string =>
  JSON.stringify({
    apiVersion: 'api.cerbos.dev/v1',
    resourcePolicy: {
      resource,
      version: 'default',
      rules: [{ actions: [action], effect: 'EFFECT_ALLOW', roles: ['user'] }],
    },
  });

const question = (kind: string, action: string) => ({
  kind,
  action,
  roles: ['user'],
  principalId: 'subject',
  principalAttr: {},
  resourceId: 'resource',
  resourceAttr: {},
});
