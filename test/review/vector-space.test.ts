import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { factsPage } from '../../src/facts/facts-page.ts';
import { policySchemas } from '../../src/facts/policy-schemas.ts';
import { domainOf, InfiniteDomain, sizeOf, valuesOf } from '@sparkgate/policy-workbench/space/finite-domain';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import { readKindTexts, type KindText } from '@sparkgate/cerbos-policies/kind-text';
import { openSpace, rulesFor } from '@sparkgate/policy-workbench/verify/verify-kind';
import { CONTRACT } from '../../src/review/contract.ts';

const POLICIES = join(import.meta.dirname, '../../policies');

test.each([
  ['business_center', 45],
  ['ad_account', 9],
  ['access_request', 504],
  ['sparkgate_service', 288],
  ['tiktok_account', (1 + 113 + (113 * 112) / 2) * 100_800],
])('%s has %i vectors', (kind, count) => {
  const schema = new Map(policySchemas()).get(`${kind}.json`) ?? '';
  expect(sizeOf(domainOf(JSON.parse(schema)))).toBe(count);
});

test('values come out as many as are counted, each once, lists sorted', () => {
  const schema = JSON.parse(new Map(policySchemas()).get('access_request.json') ?? '');
  const domain = domainOf(schema);
  const values = [...valuesOf(domain)].map((it) => JSON.stringify(it));
  expect(new Set(values).size).toBe(sizeOf(domain));
});

test.each([
  [{ type: 'object', properties: { id: { type: 'string' } }, additionalProperties: false }, 'id is open'],
  [{ type: 'object', properties: {} }, 'additionalProperties must be false'],
  [{ type: 'object', properties: { n: { type: 'number' } }, additionalProperties: false }, 'n is open'],
])('a schema that leaves something open is told: %j', (schema, why) => {
  expect(() => domainOf(schema)).toThrow(InfiniteDomain);
  expect(() => domainOf(schema)).toThrow(why);
});

async function account(): Promise<KindText> {
  const text = readKindTexts(await readPolicies(POLICIES)).get('tiktok_account');
  if (!text) throw new Error('there is no policy of tiktok_account');
  return text;
}

test('a class is found again from the point that speaks for it, and always under the same number', async () => {
  const text = await account();
  const space = await openSpace(POLICIES, CONTRACT, text);
  const units = [0, 1].map(() => space.unit(['create_spark_ad'], rulesFor(['create_spark_ad'], text)));
  const [one, two] = units as [(typeof units)[0], (typeof units)[0]];
  expect(one.untried).toBeNull();
  for (let index = 0; index < one.size; index += 1) {
    expect(one.locate(one.at(index))).toBe(index);
    expect(two.at(index)).toEqual(one.at(index));
  }
});

test('paths of any number are in a class', async () => {
  const text = await account();
  const space = await openSpace(POLICIES, CONTRACT, text);
  const unit = space.unit(['read_profile'], rulesFor(['read_profile'], text));
  const { attr } = unit.at(0);
  const paths = space.valuesOf('paths').slice(0, 300);
  expect(unit.locate({ role: 'user', attr: { ...attr, paths: paths as [] } })).toBeTypeOf('number');
});

test('the page of facts is the one that the code generates', async () => {
  expect(await readFile(join(POLICIES, '../docs/facts.md'), 'utf8')).toBe(factsPage());
});

test('the schemas that spaces are made from are the ones that the code uses', async () => {
  for (const [file, text] of policySchemas()) {
    expect(await readFile(join(POLICIES, '_schemas', file), 'utf8')).toBe(text);
  }
});
