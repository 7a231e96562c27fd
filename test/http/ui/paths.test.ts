import { expect, test } from 'vitest';
import { networkOf } from '../../../src/http/middleware/client-address.ts';
import { Formats } from '../../../src/http/ui/formats.ts';
import { atHandle } from '../../../src/http/ui/name.ts';
import { localPath } from '../../../src/http/ui/local-path.ts';
import { routes, withQuery } from '../../../src/http/routes.ts';

test.each(['/my-account', '/consent/abc?x=1', '/console/a%2Fb'])('%s is gone to', (path) => {
  expect(localPath(path, '/')).toBe(path);
});

test.each([
  'https://elsewhere.example/',
  '//elsewhere.example/',
  '/\\elsewhere.example/',
  '/\t/elsewhere.example/',
  '/./\n/elsewhere.example',
  '/.//elsewhere.example',
  'javascript:alert(1)',
  '',
  undefined,
  ['/a'],
])('%j leads nowhere else', (path) => {
  expect(localPath(path, '/here')).toBe('/here');
});

test('ids of any kind are one part of an address', () => {
  expect(routes.tiktokAccount.show('a/b', '<x> ?#')).toBe('/console/a%2Fb/tiktok-accounts/%3Cx%3E%20%3F%23');
  expect(withQuery('/a', { q: 'x&y', cursor: undefined })).toBe('/a?q=x%26y');
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['nobody', null],
  ['', null],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('dates, numbers, lists and durations are in the reader’s form, times in UTC', () => {
  const [en, zh] = [new Formats('en'), new Formats('zh-CN')];
  expect(en.dateTime('2026-11-22T17:05:00.000Z')).toBe('Nov 22, 2026, 17:05 UTC');
  expect(zh.dateTime('2026-11-22T17:05:00.000Z')).toBe('2026年11月22日 17:05（UTC）');
  expect([en.number(12_345), zh.number(12_345)]).toEqual(['12,345', '12,345']);
  expect([en.list(['a', 'b', 'c']), zh.list(['a', 'b', 'c'])]).toEqual(['a, b, and c', 'a、b和c']);
  expect([en.duration(86_400), en.duration(604_800), zh.duration(86_400)]).toEqual(['24 hours', '7 days', '24小时']);
  expect([en.duration(90), en.duration(59)]).toEqual(['1 minute', '59 seconds']);
});

test.each([
  ['brand', '@brand'],
  ['@brand', '@brand'],
])('the handle %s is written %s', (handle, written) => {
  expect(atHandle(handle)).toBe(written);
});
