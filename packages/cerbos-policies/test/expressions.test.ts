import { describe, expect, test } from 'vitest';
import { attributesIn, namesIn, readsField, readsIds, readsTime } from '../src/expression-reads.ts';
import { sortsIn, type Sort } from '../src/expression-sorts.ts';

test.each<[string, string[]]>([
  ['R.attr.a.b == P.id', ['R.attr.a.b', 'P.id']],
  ['R.attr["a"].exists(p, p.x && "P.id" != p.y)', ['R.attr.a.()', 'R.attr.a', 'p', 'p.x', 'p.y']],
  ['this is none', ['P', 'R', 'request', 'runtime']],
])('%s names %j', (text, names) => {
  expect(namesIn(text)).toEqual(names);
});

test('a text that looks like a name is none', () => {
  expect([readsIds('R.attr.a == "P.id"'), readsTime('R.attr.a == "now()"')]).toEqual([false, false]);
  expect(attributesIn('R.attr.a == "P.attr.b" && request.principal.attr.c')).toEqual([
    { side: 'resource', name: 'a' },
    { side: 'subject', name: 'c' },
  ]);
});

test('what cannot be read may read everything', () => {
  const text = 'R.attr.a ==';
  expect([readsIds(text), readsTime(text), readsField(text, 'b')]).toEqual([true, true, true]);
});

test.each<[string, boolean]>([
  ['R.attr.floor == "LOW"', true],
  ['R.attr.floors == "LOW"', false],
  ['R.attr == P.attr', true],
  ['R == P', true],
  ['"a" in runtime.effectiveDerivedRoles', true],
  ['P.roles == []', false],
])('%s reads the floor: %s', (text, reads) => {
  expect(readsField(text, 'floor')).toBe(reads);
});

describe('what an attribute is taken for', () => {
  test.each<[string, Sort[]]>([
    ['R.attr.x', ['boolean']],
    ['!R.attr.x && true', ['boolean']],
    ['R.attr.x ? 1 : 2', ['boolean']],
    ['has(R.attr.x)', []],
    ['R.attr.x == "a" || "a" == R.attr.x', ['string', 'string']],
    ['R.attr.x == P.id', ['string']],
    ['R.attr.x > -1 || 2 <= R.attr.x', ['number', 'number']],
    ['R.attr.x in ["a"]', ['string']],
    ['"a" in R.attr.x', ['list']],
    ['R.attr.x.exists(p, p)', ['list']],
    ['R.attr.x.startsWith("a")', ['string']],
    ['R.attr.x != true', ['boolean']],
    ['R.attr["x"] == [1]', ['list']],
    ['request.resource.attr.x == 1.5', ['number']],
    ['P.attr.x == 1', []],
    ['R.attr.xy', []],
    ['R.attr.x ==', []],
  ])('in %s: %j', (text, sorts) => {
    expect(sortsIn(text, { side: 'resource', name: 'x' })).toEqual(sorts);
  });
});
