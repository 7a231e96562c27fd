import fc from 'fast-check';

/** Texts that have broken somebody's parser, database or log. */
export const hostileText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'a\0b',
    '\u001b[31m',
    'line\nfeed\r\n',
    '\u202Eresu\u202C',
    'أهلا',
    '👩‍👩‍👧‍👦',
    'ﬀ',
    'I\u0307',
    '\uFEFF',
    '\uFFFD',
    '\uFFFF',
    '\u{10FFFF}',
    '\uD800',
    'a\uDC00b',
    '__proto__',
    'constructor',
    'toString',
    '../../etc/passwd',
    "'; drop table business_center; --",
    '{{7*7}}',
    '${jndi:ldap://x}',
    '%s%n',
    'null',
    'undefined',
    'NaN',
    '1e999',
    '9'.repeat(30),
    'x'.repeat(128),
    'x'.repeat(129),
    '👍'.repeat(65),
    'x'.repeat(5000),
  ),
  fc.string({ unit: 'binary', maxLength: 140 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);

/** JSON texts that `JSON.stringify` would never write. */
const RAW = [
  '',
  ' ',
  '{',
  '[]',
  'null',
  '"text"',
  '1e999',
  '{"name":1e999}',
  '{"name":-0}',
  '{"name":123456789012345678901234567890}',
  '{"name":"\\ud800"}',
  '{"name":"\\u0000"}',
  '{"name":"a","name":"b"}',
  '{"__proto__":{"name":"x","user_role":"ADMIN","scopes":["POST"]}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"name":"unterminated',
  "{'name':'single'}",
  '{"name":"x",}',
  '\uFEFF{"name":"x"}',
  `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  `{"scopes":[${'"POST",'.repeat(20_000)}"LIVE"]}`,
  `{"scopes":[${'{},'.repeat(20_000)}{}]}`,
  `{"name":"${'x'.repeat(200_000)}"}`,
].map((text) => Buffer.from(text));

const BROKEN_UTF8 = [
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28, 0xed, 0xa0, 0x80]), Buffer.from('"}')]),
];

const hostileValue = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 2, [], {}, [[]], { a: { b: [] } }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A body that fits, with one thing wrong: a value, a missing key, one too many, or its end cut off. */
function mutated(sample: unknown): fc.Arbitrary<Buffer> {
  const places = placesOf(sample);
  const change = fc.record({ at: fc.constantFrom(...places), value: hostileValue });
  return fc.oneof(
    change.map(({ at, value }) => serialized(replaced(sample, at, value))),
    fc.constantFrom(...places).map((at) => serialized(replaced(sample, at, undefined))),
    fc.tuple(hostileText, hostileValue).map(([key, value]) => serialized(added(sample, key, value))),
    fc.nat().map((n) => {
      const whole = serialized(sample);
      return whole.subarray(0, n % whole.length);
    }),
  );
}

/** Any body: what fits, what nearly fits, and what does not at all. */
export function hostileBody(samples: readonly unknown[]): fc.Arbitrary<Buffer> {
  const anything = fc.oneof(
    fc.constantFrom(...RAW, ...BROKEN_UTF8),
    fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );
  if (samples.length === 0) return anything;
  const sample = fc.constantFrom(...samples);
  return fc.oneof(
    { weight: 1, arbitrary: sample.map(serialized) },
    { weight: 4, arbitrary: sample.chain(mutated) },
    { weight: 2, arbitrary: anything },
  );
}

function serialized(value: unknown): Buffer {
  return Buffer.from(value === undefined ? '' : JSON.stringify(value));
}

type Path = readonly string[];

function placesOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, child]) => placesOf(child, [...at, key]))];
}

function replaced(whole: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof whole !== 'object' || whole === null) return value;
  if (Array.isArray(whole)) return whole.map((item, n) => (String(n) === key ? replaced(item, rest, value) : item));
  return { ...whole, [key]: replaced(Reflect.get(whole, key), rest, value) };
}

/** As an own property, even when it is called `__proto__`. */
function added(whole: unknown, key: string, value: unknown): unknown {
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return [whole, value];
  return Object.defineProperty({ ...whole }, key, { value, enumerable: true });
}

/** A path segment: encoded as it should be, or as it should not. */
export const hostileSegment = fc.oneof(
  hostileText.map(encoded),
  fc.constantFrom(
    '%',
    '%zz',
    '%00',
    '%C3%28',
    '%ED%A0%80',
    '%2F',
    '%2e%2e',
    '.',
    '..',
    ';',
    '*',
    '%25',
    '+',
    '~',
    '%u0041',
  ),
);

/** Percent-encoding that takes lone surrogates too (as bytes that are no UTF-8). */
export function encoded(text: string): string {
  return Array.from(text)
    .map((character) => (/\p{Cs}/u.test(character) ? '%ED%A0%80' : encodeURIComponent(character)))
    .join('');
}

/** What a header can carry: printable ASCII and the upper half of Latin-1. */
export const headerText = fc.oneof(
  fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code < 0x7f || code > 0x9f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 60,
  }),
  fc.constantFrom('', 'x'.repeat(4000), '9'.repeat(40), '-1', '0', '1e3', 'a, b', '"', '\t'),
  hostileText
    .filter((text) => !/[\p{Cs}\p{Cc}]/u.test(text) && text.length < 4000)
    .map((text) => Buffer.from(text).toString('latin1')),
);
