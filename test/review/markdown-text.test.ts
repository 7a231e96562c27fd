import { expect, test } from 'vitest';
import { markdownText } from '../../src/review/impact/markdown-text.ts';

test.each([
  ['https://evil.example/x', '`https://evil.example/x`'],
  ['www.evil.example', '`www.evil.example`'],
  ['WWW.evil.example', '`WWW.evil.example`'],
  ['mailto:eve@evil.example', '`mailto:eve@evil.example`'],
  ['eve@evil.example', '`eve@evil.example`'],
  ['@octocat', '`@octocat`'],
  ['#12', '`#12`'],
  ['GH-12', '`GH-12`'],
  ['owner/repo#1', '`owner/repo#1`'],
  ['7054b4f10592', '`7054b4f10592`'],
  [':smile:', '`:smile`:'],
  ['[here](//evil.example)', '`[here](//evil.example`)'],
  ['<img/src=x>', '`<img/src=x>`'],
  ['&#64;octocat', '`&#64;octocat`'],
  ['a|b', '`a|b`'],
  ['__proto__', '`__proto__`'],
  ['tick`s', '``tick`s``'],
  ['`', '`` ` ``'],
  ['``` @octocat ```', '```` ``` ```` `@octocat` ```` ``` ````'],
  ['1. first', '`1`. first'],
  ['- item', '`-` item'],
  ['two\n# lines', 'two `#` lines'],
  ['\u202egpj.exe', '`\\u202egpj.exe`'],
])('%j means nothing to GitHub: %s', (name, written) => {
  expect(markdownText(name)).toBe(written);
});

test.each([
  'sam on brand',
  '38 members lose view on 1,200 accounts (in some ad account).',
  'Zoë, O’Brien and 李雷: all of them',
  'one -> other',
])('%s stays as it is', (line) => {
  expect(markdownText(line)).toBe(line);
});

test('a name in a sentence is a span of code, and what surrounds it is not', () => {
  expect(markdownText('(user:sam, @brand), and 7 more')).toBe('(`user:sam`, `@brand`), and 7 more');
});
