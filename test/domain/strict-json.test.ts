import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isExactNumber } from '../../src/domain/exact-number.ts';
import { JsonRefusal, readJson, readJsonBytes } from '../../src/domain/strict-json.ts';
import { SEED } from '../support/seed.ts';

/** Where and why something is refused; undefined = it is taken. */
function refusalOf(json: string | Uint8Array): { pointer: string; why: string } | undefined {
  try {
    if (typeof json === 'string') readJson(json);
    else readJsonBytes(json);
    return undefined;
  } catch (error) {
    if (!(error instanceof JsonRefusal)) throw error;
    expect(error.errors).toEqual([{ pointer: error.pointer, message: error.why }]);
    return { pointer: error.pointer, why: error.why };
  }
}

const deep = (open: string, close: string, levels: number): string => `${open.repeat(levels)}1${close.repeat(levels)}`;

describe('what would not arrive as it was sent is refused, with its place', () => {
  test.each<[string, string, RegExp]>([
    ['{"a":1,"a":2}', '/a', /named more than once: send each name once/],
    ['{"a":1,"a":1}', '/a', /more than once/],
    ['{"user_role":"STANDARD","user\\u005frole":"ADMIN"}', '/user_role', /more than once/],
    ['{"":1,"":1}', '/', /more than once/],
    ['[{"a":[{"b":{},"c":0,"b":{}}]}]', '/0/a/0/b', /more than once/],
    ['[0,{"a":1} , {"b~/":1,"b~/":2}]', '/2/b~0~1', /more than once/],
    ['{"toString":1,"constructor":2,"toString":3}', '/toString', /more than once/],
    [`{${Array.from({ length: 20 }, (_, n) => `"k${n}":${n}`).join()},"k7":0}`, '/k7', /more than once/],
    ['{"a":{"x":1},"b":{"x":1},"x":{"a":9007199254740993}}', '/x/a', /would arrive as 9007199254740992/],
    ['{"advertiser_id": 7123456789012345678}', '/advertiser_id', /7123456789012345678 .* in quotes, as ids are sent/],
    ['[1e400]', '/0', /1e400 would arrive as Infinity/],
    ['[[true,-1e-400]]', '/0/1', /-1e-400 would arrive as (?:-0|0)/],
    ['{"a":{"n":0.1000000000000000055511151231257827}}', '/a/n', /would arrive as 0\.1/],
    [`{"a":[1,2,${'9'.repeat(400)}]}`, '/a/2', /9{128}… would arrive as Infinity/],
    ['7123456789012345679', '', /would arrive/],
    ['["\\ud800"]', '/0', /^holds half of a surrogate pair/],
    ['{"a":"x\\uDC00\\ud83d"}', '/a', /^holds half/],
    ['{"a":{"b\\udfff" : 1}}', '/a', /^has a name that holds half/],
    ['{"a":"\ud83d"}', '', /^holds half/],
    ['{"a":{"__proto__":{}}}', '/a/__proto__', /gets lost/],
    ['{"\\u005f_proto__":1}', '/__proto__', /gets lost/],
    [deep('[', ']', 65), '/0'.repeat(64), /deeper than 64 levels/],
    [deep('{"a":', '}', 65), '/a'.repeat(64), /deeper than 64 levels/],
    [deep('[', ']', 100_000), '/0'.repeat(64), /deeper/],
    [deep('{"a":[', ']}', 100_000), '/a/0'.repeat(32), /deeper/],
    [`{"${'n'.repeat(500)}":1e999}`, `/${'n'.repeat(128)}…`, /would arrive/],
    ['{"a":1,}', '', /^is not JSON from character 7 on$/],
    ['{"a":1', '', /^is not JSON/],
    ['', '', /^is not JSON$/],
    ["{'a':1}", '', /^is not JSON/],
    ['{"a":01}', '', /^is not JSON/],
    ['[NaN]', '', /^is not JSON/],
  ])('%.60s', (json, pointer, why) => {
    expect(refusalOf(json)).toEqual({ pointer, why: expect.stringMatching(why) });
    expect(refusalOf(` \n${json}\t `)?.pointer).toBe(pointer);
  });

  test.each<[string, number[], number]>([
    ['a byte that is none', [0x7b, 0xff, 0x7d], 1],
    ['GBK', [0x22, 0xb9, 0xab, 0xbf, 0xaa, 0x22], 1],
    ['a surrogate as bytes', [0x22, 0x41, 0xed, 0xa0, 0x80, 0x22], 2],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22], 1],
    ['a character that is cut off', [0x22, 0xe5, 0x85], 1],
  ])('bytes: %s', (_, bytes, at) => {
    const why = `is not UTF-8 near byte ${at}: send JSON in UTF-8`;
    expect(refusalOf(Uint8Array.from(bytes))).toEqual({ pointer: '', why });
  });
});

describe('what arrives as it was sent is taken', () => {
  test.each([
    '0.1',
    '1e21',
    '5e-324',
    '1.7976931348623157e308',
    '9007199254740992',
    '9007199254740994',
    '0.10',
    '1E5',
    '-0',
    '-0.0e-999',
    '0e400',
    '1e+2',
    '100e-2',
    '123456789012345',
    `1${'0'.repeat(300)}`,
    '9007199254740992.0e0',
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}',
    '{"a":"\\"a\\":1,\\\\","b":"\\\\"}',
    '"\\ud83d\\ude00"',
    '"{\\"a\\":1,\\"a\\":2}"',
    '["__proto__", "7123456789012345678", "1e400"]',
    ' [ ] ',
    '"\uFEFF\uFFFD\uFFFF"',
    deep('[', ']', 64),
    deep('{"a":', '}', 64),
  ])('%.60s', (json) => {
    expect(readJson(json)).toEqual(JSON.parse(json));
    expect(readJsonBytes(Buffer.from(json))).toEqual(JSON.parse(json));
  });

  test('behind a byte order mark; U+FFFD that was sent', () => {
    expect(readJsonBytes(Buffer.from('\uFEFF{"a":"\uFFFD"}'))).toEqual({ a: '\uFFFD' });
  });

  test(`all that JSON.stringify writes (seed ${SEED})`, () => {
    const value = fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' });
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2, '\t'), (sent, space) => {
        const text = JSON.stringify(sent, null, space);
        fc.pre(!text.includes('__proto__'));
        expect(readJson(text)).toEqual(JSON.parse(text));
        expect(JSON.stringify(readJsonBytes(Buffer.from(text)))).toBe(JSON.stringify(sent));
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  test(`any double that JSON.stringify writes (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
        expect(isExactNumber(JSON.stringify(number))).toBe(true);
      }),
      { seed: SEED, numRuns: 5000 },
    );
  });
});

/** The value of a decimal number as a fraction of whole numbers: `n / 10 ** e`. */
function fractionOf(token: string): { n: bigint; e: bigint } {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  return { n: BigInt(`${sign}${whole}${fraction}` || '0'), e: BigInt(fraction.length) - BigInt(exponent) };
}

function equalDecimals(one: string, other: string): boolean {
  const [a, b] = [fractionOf(one), fractionOf(other)];
  return a.e >= b.e ? a.n === b.n * 10n ** (a.e - b.e) : b.n === a.n * 10n ** (b.e - a.e);
}

const digits = (max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: max }).map((it) => it.join(''));
const whole = digits(25).map((it) => it.replace(/^0+(?=\d)/, ''));
const decimal = fc
  .record({
    sign: fc.constantFrom('', '-'),
    whole,
    fraction: fc.option(digits(25), { nil: '' }),
    e: fc.constantFrom('e', 'E'),
    exponent: fc.option(fc.oneof(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -345, max: 330 })).map(String), {
      nil: '',
    }),
  })
  .map(({ sign, whole: first, fraction, e, exponent }) =>
    [sign, first, fraction && `.${fraction}`, exponent && `${e}${exponent}`].join(''),
  );
/** What doubles look like near where they end to be exact, a digit more or less. */
const nearDouble = fc
  .tuple(fc.double({ noDefaultInfinity: true, noNaN: true }), fc.constantFrom('', '0', '1', '5'), fc.boolean())
  .map(([number, more, cut]) => {
    const [mantissa = '', exponent] = String(number).split('e');
    const digitsOf = cut && /\d\.\d{2,}$/.test(mantissa) ? mantissa.slice(0, -1) : mantissa;
    const longer = digitsOf.includes('.') || more === '' ? `${digitsOf}${more}` : `${digitsOf}.${more}`;
    return exponent === undefined ? longer : `${longer}e${exponent}`;
  });

test(`a number is taken if and only if a double gives back the same decimal value (seed ${SEED})`, () => {
  const seen = { true: 0, false: 0 };
  fc.assert(
    fc.property(fc.oneof(decimal, nearDouble, whole), (token) => {
      const back = Number(token);
      const exact = Number.isFinite(back) && equalDecimals(token, String(back));
      seen[`${exact}`] += 1;
      expect([token, isExactNumber(token)]).toEqual([token, exact]);
      expect([token, refusalOf(`{"n":[${token}]}`)?.pointer]).toEqual([token, exact ? undefined : '/n/0']);
    }),
    { seed: SEED, numRuns: 5000 },
  );
  expect(Math.min(seen.true, seen.false)).toBeGreaterThan(500);
});

/** JSON as people and programs write it: white space, escapes, any spelling of numbers. */
const { json: anyJson } = fc.letrec<{ json: string; text: string; object: string; array: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('true', 'false', 'null', '0', '-1.50', '1E3'),
    tie('text'),
    tie('array'),
    tie('object'),
  ),
  text: fc.string({ unit: 'grapheme', maxLength: 8 }).chain((it) => fc.constantFrom(JSON.stringify(it), escaped(it))),
  array: fc.array(tie('json'), { maxLength: 5 }).map((items) => `[ ${items.join(' ,')}]`),
  object: fc
    .uniqueArray(fc.tuple(tie('text'), tie('json')), { maxLength: 20, selector: ([name]): unknown => JSON.parse(name) })
    .map((members) => `{${members.map(([name, value]) => `${name} :\n${value}`).join(', ')}}`),
}));

function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, n) => text.charCodeAt(n).toString(16).padStart(4, '0'));
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
}

test(`agrees with JSON.parse on JSON without doubles (seed ${SEED})`, () => {
  fc.assert(
    fc.property(anyJson, (json) => {
      expect(readJson(json)).toEqual(JSON.parse(json));
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

test(`what JSON.parse refuses is refused (seed ${SEED})`, () => {
  const broken = fc
    .tuple(anyJson, fc.nat(), fc.constantFrom('', '{', '}', '[', ']', ',', ':', '"', '\\', '-', '.', '\0'))
    .map(
      ([json, at, put]) => `${json.slice(0, at % (json.length + 1))}${put}${json.slice((at % (json.length + 1)) + 1)}`,
    );
  fc.assert(
    fc.property(broken, (json) => {
      let valid = true;
      try {
        JSON.parse(json);
      } catch {
        valid = false;
      }
      fc.pre(!valid);
      expect(refusalOf(json)).toBeDefined();
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

test('the work grows with the text, not with its square', () => {
  // A square of these would take hours.
  const names = Array.from({ length: 200_000 }, (_, n) => `"k${n}":1`).join();
  expect(refusalOf(`{${names}}`)).toBeUndefined();
  expect(refusalOf(`{${names},"k199999":1}`)?.pointer).toBe('/k199999');
  expect(refusalOf(`[0.${'0'.repeat(1_000_000)}1]`)?.pointer).toBe('/0');
  expect(refusalOf(`[1${'0'.repeat(1_000_000)}]`)?.pointer).toBe('/0');
  expect(refusalOf(`["${'\\\\'.repeat(1_000_000)}"]`)).toBeUndefined();
  expect(refusalOf(`[${'"\\n",'.repeat(300_000)}0]`)).toBeUndefined();
});
