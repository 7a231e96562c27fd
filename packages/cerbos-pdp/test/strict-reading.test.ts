import { policiesOf } from '@sparkgate/cerbos-policies/policies';
import { strictReading } from '@sparkgate/cerbos-policies/strict/strict-reading';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decisionInput, type Attributes } from '../src/decision-input.ts';
import { openLocalServers } from '../src/local-servers.ts';
import type { PolicyServers } from '../src/policy-servers.ts';
import { temporaryFolder } from './support.ts';

const PATH = {
  type: 'object',
  properties: { via: { type: 'string' }, grant: { type: 'boolean' } },
  additionalProperties: false,
};
const SCHEMA = {
  type: 'object',
  properties: {
    live: { type: 'boolean' },
    post: { anyOf: [PATH, { type: 'null' }] },
    paths: { type: 'array', items: PATH },
  },
  additionalProperties: false,
};

/** What is sent, and the same with a field more in every record. */
const SENT: Attributes = { live: true, post: { via: 'A', grant: true }, paths: [{ via: 'B', grant: false }] };
const MORE: Attributes = {
  live: true,
  post: { via: 'A', grant: true, weather: true },
  paths: [{ via: 'B', grant: false, weather: true }],
  weather: true,
};

/** Expressions over these records, those among them that read `weather` in some disguise. */
const grammar = fc.letrec<{ record: string; list: string; part: string; truth: string }>((tie) => ({
  record: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'expression' },
    fc.constantFrom('R.attr', 'R.attr.post', 'R.attr.paths[0]', 'request.resource.attr', 'P.attr', 'R.attr["post"]'),
    tie('list').map((list) => `${list}[0]`),
    fc.tuple(tie('truth'), tie('record'), tie('record')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    tie('record').map((it) => `{"r": ${it}}.r`),
    tie('record').map((it) => `cel.bind(b, ${it}, b)`),
    tie('record').map((it) => `dyn(${it})`),
  ),
  list: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'expression' },
    fc.constantFrom('R.attr.paths', '[R.attr.post]', '[R.attr]'),
    fc.tuple(tie('list'), tie('truth')).map(([list, truth]) => `${list}.filter(x, ${truth})`),
    fc.tuple(tie('list'), tie('list')).map(([a, b]) => `(${a} + ${b})`),
    tie('list').map((list) => `${list}.map(x, x)`),
    tie('record').map((it) => `[${it}]`),
  ),
  part: fc
    .tuple(
      tie('record'),
      fc.constantFrom('.via', '.grant', '.live', '.weather', '["weather"]', '["wea" + "ther"]', '[R.attr.post.via]'),
    )
    .map(([record, part]) => record + part),
  truth: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'expression' },
    fc.constantFrom('R.attr.live', 'has(R.attr.weather)', '"weather" in R.attr', 'R.attr.post != null'),
    tie('part').map((part) => `${part} == true`),
    tie('record').map((it) => `has(${it}.weather)`),
    tie('record').map((it) => `size(${it}) > 3`),
    tie('record').map((it) => `${it}.exists(k, k == "weather")`),
    tie('record').map((it) => `"weather" in ${it}`),
    fc.tuple(tie('record'), tie('record')).map(([a, b]) => `${a} == ${b}`),
    tie('list').map((list) => `size(${list}) > 1`),
    tie('list').map((list) => `${list}.exists(x, x.weather)`),
    tie('list').map((list) => `${list}.exists(x, x.grant)`),
    tie('list').map((list) => `${list}.all(x, y, y.weather)`),
    tie('list').map((list) => `${list}.map(x, x.grant).exists(y, y)`),
    tie('truth').map((it) => `!(${it})`),
    fc.tuple(tie('truth'), tie('truth')).map(([a, b]) => `(${a} && ${b})`),
  ),
}));

const policy = (expressions: readonly string[], schemas: object): string =>
  JSON.stringify({
    apiVersion: 'api.cerbos.dev/v1',
    resourcePolicy: {
      resource: 'thing',
      version: 'default',
      ...schemas,
      rules: expressions.map((expr, index) => ({
        name: `r${index}`,
        actions: [`a${index}`],
        effect: 'EFFECT_ALLOW',
        roles: ['user'],
        condition: { match: { expr } },
        output: { when: { ruleActivated: `"r${index}"` } },
      })),
    },
  });

let servers: PolicyServers;
beforeAll(async () => (servers = await openLocalServers()));
afterAll(async () => servers.close());

test('what is read strictly reads nothing but what is declared, as Cerbos evaluates it', async () => {
  const seed = Number(process.env['STRICT_SEED'] ?? Date.now() % 1e9);
  const expressions = [...new Set(fc.sample(grammar.truth, { numRuns: 500, seed }))].filter((it) => it.length < 90);
  const refused = new Set(expressions.filter((it) => !isTaken(it)));
  const taken = expressions.filter((it) => !refused.has(it));
  // Of both sorts there are many.
  expect([refused.size > 100, taken.length > 30]).toEqual([true, true]);
  const folder = temporaryFolder();
  const file = join(folder, 'policies/thing.yaml');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, policy(expressions, {}));
  const { pdp, stop } = await servers.start(dirname(file));
  const decided = async (attributes: Attributes, subject: Attributes): Promise<boolean[]> => {
    const asked = expressions.map((_, index) =>
      decisionInput({
        kind: 'thing',
        action: `a${index}`,
        roles: ['user'],
        principalAttr: subject,
        resourceAttr: attributes,
      }),
    );
    return (await pdp.ask(asked)).map(({ allowed }) => allowed);
  };
  const [sent, more] = [await decided(SENT, {}), await decided(MORE, { weather: true })];
  const differing = expressions.filter((_, index) => sent[index] !== more[index]);
  await stop();
  // A field that nobody declared changes many answers, and none of those that were taken.
  expect(differing.length).toBeGreaterThan(20);
  expect([seed, differing.filter((it) => !refused.has(it))]).toEqual([seed, []]);
});

function isTaken(expression: string): boolean {
  const schemas = { schemas: { resourceSchema: { ref: 'cerbos:///thing.json' } } };
  const files = { 'thing.yaml': policy([expression], schemas), '_schemas/thing.json': JSON.stringify(SCHEMA) };
  const policies = policiesOf({
    hash: '',
    files: new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])),
  });
  return (
    strictReading(policies, { closedKinds: new Set(['thing']), filled: new Map(), compared: new Set(), sentAlong: [] })
      .length === 0
  );
}
