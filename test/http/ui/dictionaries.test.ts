import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { en } from '../../../src/http/ui/locales/en.ts';
import { zhCn } from '../../../src/http/ui/locales/zh-cn.ts';
import { PROBLEMS } from '../../../src/http/problem.ts';

/** What functions are asked to speak of: numbers and names, as written in either language. */
const SAMPLES = ['2', '小明', '@brand'];

/** Every sentence by its key; a function says what it says of plausible parameters. */
function sentences(words: object, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words) as [string, unknown][]) {
    const here = `${path}/${key}`;
    if (typeof value === 'string') found.set(here, value);
    else if (typeof value === 'function')
      for (const it of SAMPLES) found.set(`${here}(${it})`, String(value(...[it, it, it, it].slice(0, value.length))));
    else if (value !== null && typeof value === 'object') for (const [k, v] of sentences(value, here)) found.set(k, v);
  }
  return found;
}

const ENGLISH = sentences(en);
const CHINESE = sentences(zhCn);

test('both languages have the same keys, and nothing is empty', () => {
  expect([...CHINESE.keys()].toSorted()).toEqual([...ENGLISH.keys()].toSorted());
  const empty = [...ENGLISH, ...CHINESE].filter(([, text]) => text.trim() === '');
  expect(empty).toEqual([]);
});

test('every error code has its words', () => {
  for (const code of Object.keys(PROBLEMS)) expect(en.errors).toHaveProperty(code);
});

/** Names that are the same in every language. */
const NAMES =
  /@\w+|\b(?:Sparkgate|Bright Agency|Other Agency|output|TikTok|for Business|Business|Spark|Ads|Shop|QR|PNG|CSV|Shift|SVG|ID|UTC|POST|LIVE|OpenID|Connect|Cerbos|AuthZEN|JSON|API|PDP|SHA-256|URL|[A-Z][A-Z_]+|[a-z]+(?:_[a-z]+)+|[a-z]+=)\b/g;

test('no English is left in Chinese', () => {
  const left = [...CHINESE].filter(([, text]) => /[A-Za-z]{4,}/.test(text.replaceAll(NAMES, '')));
  expect(left).toEqual([]);
});

test('no Chinese is in English', () => {
  expect([...ENGLISH].filter(([, text]) => /\p{Script=Han}/u.test(text.replaceAll('小明', '')))).toEqual([]);
});

test('Chinese sentences have Chinese punctuation', () => {
  const ASCII = /\p{Script=Han}[”」》）]?\s*[.,;:?!()]|[,;:?!()]\s*\p{Script=Han}|[”）]\s*[.,;:?!]/u;
  expect('“谁” . 登录. 请, 好'.split(' ').filter((text) => ASCII.test(text))).toEqual(['登录.', '请,']);
  expect([...CHINESE].filter(([, text]) => ASCII.test(text))).toEqual([]);
});

test('to ask for access is 申请, as TikTok calls it', () => {
  expect([...CHINESE].filter(([, text]) => /请求访问|访问请求|请求权限|权限请求/.test(text))).toEqual([]);
});

test('what TikTok Business Center has a word for is called so', () => {
  const { accounts, account, request, memberPage } = zhCn.console;
  expect([accounts.requestAccess, request.forbiddenTitle, memberPage.since, account.about]).toEqual([
    '申请访问',
    '只有管理员才能申请访问',
    '加入时间',
    '授权详情',
  ]);
});

test('the scopes are called as the page that this grew from calls them', () => {
  expect(zhCn.common.scopes.POST.name).toBe('使用现有帖子投放广告');
  expect(zhCn.common.scopes.LIVE.permissions).toEqual(['访问主页信息', '访问直播视频']);
});

test('no page writes a sentence itself: the style and the script hold none in either language', () => {
  for (const file of ['script.js', 'selection.js', 'style.css']) {
    const text = readFileSync(join(import.meta.dirname, '../../../src/http/ui', file), 'utf8');
    expect(text).not.toMatch(/\p{Script=Han}/u);
    expect(text).not.toMatch(/textContent = '/);
  }
});
