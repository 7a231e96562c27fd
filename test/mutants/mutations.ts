import { gzipSync } from 'node:zlib';
import { IDS } from './base-world.ts';
import type { Random } from './random.ts';
import type { Shot } from './shot.ts';

const ALL_IDS = Object.values(IDS).flat();

/** What somebody could write in the place of a name or an id: another that is near, or the same in other signs. */
export function variant(text: string, random: Random): string {
  const middle = random.below(text.length + 1);
  const within = (sign: string): string => text.slice(0, middle) + sign + text.slice(middle);
  return random.pick([
    () => random.pick(ALL_IDS),
    () => random.pick(ALL_IDS),
    () => text.toUpperCase(),
    () => text.toLowerCase(),
    () => text.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    () => text.replaceAll('_', '-'),
    () => text.charAt(0).toUpperCase() + text.slice(1),
    () => `${text}s`,
    () => text.slice(0, -1),
    () => text.replace('z', 's'),
    () => `_${text}`,
    () => `x_${text}`,
    () => `${text}_id`,
    () => text.replace(/[aeo]/, (letter) => ({ a: 'а', e: 'е', o: 'о' })[letter] ?? letter),
    () => text.normalize('NFD'),
    () => within(random.pick(['\u200B', '\u00AD', '\u0301', '\uFE0F', '\u2060'])),
    () => within(random.pick([' ', '\t', '\0', '\n', '\u0085', '/', '.', ',', ';', '*', '%', '"', '\\', '#', '?'])),
    () => `${text}${random.pick([' ', '\u00A0', '.', '/', '\u3000', '\n'])}`,
    () => `${random.pick([' ', '\u00A0', './', '\u3000', '@'])}${text}`,
    () =>
      encodeURIComponent(text.slice(0, 1)).replace(/^[^%]/, (sign) => `%${sign.charCodeAt(0).toString(16)}`) +
      text.slice(1),
    () => text + text,
    () => text.padEnd(128, text),
    () => text.padEnd(129, text),
    () => random.pick(['', '.', '..', '__proto__', 'constructor', 'null', 'true', '0', '{}', 'undefined']),
  ])();
}

const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]|\n/g;

/** Names that somebody could take for ours. */
const NEAR_NAMES = [
  'Post',
  'post_id',
  'posts',
  'postId',
  'Live',
  'live_id',
  'advertiserId',
  'advertiser',
  'ad_account_id',
  'bcId',
  'business_center_id',
  'userId',
  'scope',
  'ad_authorisation',
  'adAuthorization',
  'is_ad_authorized',
  'user_role',
  'role',
  'visibility ',
  '$schema',
  '__proto__',
];

const VALUES = [
  'null',
  'true',
  'false',
  '0',
  '1',
  '-1',
  '1.5',
  '7123456789012345678',
  '7123456789012345679',
  '9007199254740993',
  '1e400',
  '-0',
  '0.1000000000000000055',
  '1E2',
  '""',
  '" "',
  '[]',
  '{}',
  '[[]]',
  '["POST"]',
  '["LIVE","POST"]',
  '["POST","POST"]',
  '["ALL"]',
  '[null]',
  '{"a":1}',
  '"\\ud800"',
  '"\\u0000"',
  '"PUBLIC"',
  '"ADMIN"',
  '"2026-01-01T00:00:00Z"',
];

/** Changes one token of a JSON text, or writes it in another way. */
function mutateTokens(text: string, random: Random): string {
  const tokens = text.match(TOKENS) ?? [];
  const isName = (n: number): boolean => tokens[n + 1] === ':';
  const indexes = [...tokens.keys()];
  const names = indexes.filter(isName);
  const values = indexes.filter((n) => !isName(n) && /^["\-\dtfn]/.test(tokens[n] ?? '') && tokens[n] !== '\n');
  const opening = indexes.filter((n) => tokens[n] === '{');
  const change = (n: number | undefined, by: (token: string) => string): string =>
    tokens.map((token, at) => (at === n ? by(token) : token)).join('');
  const inText = (token: string): string =>
    token.startsWith('"') ? JSON.stringify(variant(token.slice(1, -1), random)) : random.pick(VALUES);
  return random.pick([
    () => change(random.pick(names), inText),
    () => change(random.pick(names), inText),
    () => change(random.pick(values), inText),
    () => change(random.pick(values), inText),
    () => change(random.pick(values), inText),
    () => change(random.pick(values), () => random.pick(VALUES)),
    () => change(random.pick(values), () => random.pick(VALUES)),
    // A number in the place of a text of digits.
    () => change(random.pick(values), (token) => token.replaceAll('"', '')),
    () => change(random.pick(values), (token) => `"${token.replaceAll('"', '')}"`),
    () => change(random.pick(values), (token) => `[${token}]`),
    () => change(random.pick(opening), () => `{"${random.pick(NEAR_NAMES)}":${random.pick(VALUES)},`),
    () => change(random.pick(opening), () => `{"${random.pick(NEAR_NAMES)}":${random.pick(VALUES)},`),
    // The same name twice, the other value first or last.
    () => change(random.pick(names), (token) => `${token}:${random.pick(VALUES)},${token}`),
    () => twice(tokens, random.pick(names), random),
    () => change(random.below(tokens.length), () => ''),
    () => change(random.below(tokens.length), (token) => token + token),
    () => change(random.below(tokens.length), () => tokens[random.below(tokens.length)] ?? ''),
    () =>
      change(
        random.below(tokens.length),
        (token) => `${random.pick([' ', '\n', '\t', '\u00A0', '\uFEFF', '/**/'])}${token}`,
      ),
    // The same in other signs.
    () =>
      change(random.pick([...names, ...values]), (token) =>
        token.replace(/[a-z]/, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`),
      ),
    () => change(random.pick(values), (token) => '['.repeat(600) + token + ']'.repeat(600)),
  ])();
}

/** A scalar member once more behind itself. */
function twice(tokens: string[], name: number, random: Random): string {
  if (/^[[{]/.test(tokens[name + 2] ?? '[')) return tokens.join('');
  return tokens.toSpliced(name + 3, 0, ',', tokens[name] ?? '', ':', random.pick(VALUES)).join('');
}

function mutateBytes(body: Buffer, random: Random): Buffer {
  const at = random.below(body.length + 1);
  const [before, after] = [body.subarray(0, at), body.subarray(at)];
  return random.pick([
    () => Buffer.concat([before, after.subarray(1)]),
    () => Buffer.concat([before, Buffer.from([random.below(256)]), after]),
    () => Buffer.concat([before, Buffer.from([random.below(256)]), after.subarray(1)]),
    () => before,
    () => Buffer.concat([body, random.pick([Buffer.from('\0'), Buffer.from('{}'), Buffer.from(','), body])]),
    () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]),
    // Words of GBK, which become one word where they are repaired.
    () => Buffer.concat([before, random.pick([Buffer.from([0xc6, 0xb7]), Buffer.from([0xc5, 0xc6])]), after]),
    () => Buffer.from(body.toString('utf8'), 'utf16le'),
    () => gzipSync(body),
    () => Buffer.from('['.repeat(100_000) + ']'.repeat(100_000)),
    () => Buffer.from(`{"evaluations":${'['.repeat(30_000)}${']'.repeat(30_000)}}`),
    () => Buffer.from(`{"name":"${'x'.repeat(200_000)}"}`),
  ])();
}

function mutateBody(shot: Shot, random: Random): Shot {
  if (!shot.body) return { ...shot, body: Buffer.from(random.pick(['{}', '', 'null', '{"scopes":["POST"]}', '[1'])) };
  if (random.below(6) === 0) return { ...shot, body: mutateBytes(shot.body, random) };
  return { ...shot, body: Buffer.from(mutateTokens(shot.body.toString('utf8'), random)) };
}

/** Signs that a request line cannot carry are left to those who would send them anyway. */
const wire = (path: string): string =>
  path.replaceAll(/[^\x21-\x7e]/g, (sign) => encodeURIComponent(sign.toWellFormed()));

function decodable(segment: string): boolean {
  try {
    return decodeURIComponent(segment) !== '';
  } catch {
    return false;
  }
}

function mutatePath(shot: Shot, random: Random): Shot {
  const segments = shot.path.split('/');
  const at = 1 + random.below(segments.length - 1);
  const one = segments[at] ?? '';
  const plain = decodable(one) ? decodeURIComponent(one) : one;
  const changed = random.pick([
    () => segments.with(at, encodeURIComponent(variant(plain, random).toWellFormed())),
    () => segments.with(at, encodeURIComponent(variant(plain, random).toWellFormed())),
    () => segments.with(at, variant(plain, random)),
    () => segments.toSpliced(at, 0, random.pick(['.', '..', '%2e', '%2e%2e', '.%2E', '', '%2E%2e%2f', '..;', 'x'])),
    () => segments.with(at, random.pick(['.', '..', '%2e', '%2e%2e', '.%2E', '', '%00', '%C3%28', '%ff', '%'])),
    () => [...segments, random.pick(['', '.', '..', 'x', '%2e%2e'])],
    () => segments.toSpliced(at, 1),
    () => segments.with(at, `%${one.charCodeAt(0).toString(16)}${one.slice(1)}`),
    () => segments.with(at, `${one}%2F..%2F${one}`),
    () => segments.with(at, segments[1 + random.below(segments.length - 1)] ?? ''),
  ])();
  const query =
    random.below(12) === 0 ? random.pick(['?', '?limit=1', '?limit=0', '?mode=reopen', '?x', '#a', ';a=b']) : '';
  return { ...shot, path: wire(`/${changed.slice(1).join('/')}`) + query };
}

function mutateHeaders(shot: Shot, random: Random): Shot {
  const headers = { ...shot.headers };
  const change = (name: string, values: string[]): void => {
    headers[name] = random.pick(values);
  };
  const latin = (text: string): string => Buffer.from(text.replaceAll(/\p{Cc}/gu, '')).toString('latin1');
  const [type = '', id = ''] = (headers['X-Actor'] ?? 'user:adm').split(/:(.*)/s);
  const key = headers['Authorization'] ?? '';
  random.pick([
    () => Reflect.deleteProperty(headers, random.pick(Object.keys(headers))),
    () => change('X-Actor', [`${variant(type, random)}:${id}`, `${type}:${variant(id, random)}`].map(latin)),
    () => change('X-Actor', [`${type}:${encodeURIComponent(variant(id, random).toWellFormed())}`]),
    () =>
      change('X-Actor', ['user:', ':', 'user', 'user:adm,user:sam', 'USER:adm', 'api_key:x', 'user:%ff', 'user:a%']),
    () =>
      change('Authorization', [
        key.toLowerCase(),
        `${key} `,
        `${key}x`,
        key.replace(' ', '  '),
        key.slice(7),
        'Basic eDp5',
        `Bearer ${'x'.repeat(6000)}`,
      ]),
    () =>
      change('Content-Type', [
        'text/plain',
        'application/json; charset=utf-8',
        'application/json;charset=GBK',
        'application/json; charset=utf-16',
        'application/jsonp',
        'APPLICATION/JSON',
        'application/x-ndjson',
        'application/problem+json',
        '*/*',
      ]),
    () => change('Content-Encoding', ['gzip', 'br', 'identity', 'deflate', 'x', 'gzip, gzip']),
    () => change('X-Request-ID', ['an-id', 'x'.repeat(128), 'x'.repeat(129), latin('é'), '%E4%B8%AD', '%', '']),
    () => change('X-Sparkgate-Revision', ['0', '-1', '99999999999999999999', 'abc', '1 ', '1,2', '1e0', '']),
    () => change('X-HTTP-Method-Override', ['DELETE', 'PUT']),
    () => change('Accept', ['text/html', 'application/xml', '*/*;q=0']),
  ])();
  return { ...shot, headers };
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'QUERY'];

/** One thing changed, now and then two. */
export function mutate(shot: Shot, random: Random): Shot {
  const once = random.pick([
    mutateBody,
    mutateBody,
    mutateBody,
    mutateBody,
    mutatePath,
    mutatePath,
    mutateHeaders,
    (it: Shot) => (random.below(3) === 0 ? { ...it, method: random.pick(METHODS) } : it),
  ])(shot, random);
  return random.below(5) === 0 ? mutate(once, random) : once;
}
