import { expect, test } from 'vitest';
import { plainName, shownName } from '../../../src/http/ui/name.ts';
import { confusableOf } from '../../../src/http/ui/confusables.ts';

test.each([
  ['Bright Agency', null],
  ['明亮广告 Bright', null],
  ['キラキラ広告 Ads', null],
  ['밝은 광고 Ads', null],
  ['Яркое агентство', null],
  ['وكالة مشرقة', null],
  ['می‌خواهم', null],
  ['👩‍👩‍👧 Family Ads', null],
  ['ร้าน Coffee', null],
  ['@brand_2026', null],
  ['Bright\u202E ycnegA', 'invisible'],
  ['Bri\u200Bght', 'invisible'],
  ['Bri\u200Dght', 'invisible'],
  ['\u3164', 'invisible'],
  [' Bright', 'spaces'],
  ['Bright ', 'spaces'],
  ['Bright\u00a0Agency', 'spaces'],
  ['Bright  Agency', 'spaces'],
  ['明亮\u3000', 'spaces'],
  ['明亮\u3000广告', null],
  ['Вright Agency', 'mixed'],
  ['Bright Αgency', 'mixed'],
  ['СОСА', 'lookalike'],
  ['𝐁𝐫𝐢𝐠𝐡𝐭', 'lookalike'],
])('%j: %s', (name, suspicion) => {
  expect(confusableOf(name)).toBe(suspicion);
});

test('what cannot be seen is shown by its number, inside markup that keeps its direction to itself', async () => {
  const shown = String(await shownName('a\u202Eb<script>'));
  expect(shown).toContain('<span class="invisible">U+202E</span>');
  expect(shown).toContain('b&lt;script&gt;');
  expect(shown).toMatch(/^<bdi class="name"/);
  expect(shown).not.toContain('\u202E');
});

test('where there is no markup, what cannot be seen is named as well', () => {
  expect(plainName('a\u202Egnp.exe')).toBe('a[U+202E]gnp.exe');
  expect(plainName('👩‍👩‍👧 Family')).toBe('👩‍👩‍👧 Family');
});

test('a name may break inside a word only if it is long', async () => {
  expect(String(await shownName('@brand of a long name'))).not.toContain('long"');
  expect(String(await shownName('u'.repeat(21)))).toContain('class="name long"');
});
