import { expect, test } from 'vitest';
import { faultInChinese } from '../../src/domain/messages/zh-cn-faults.ts';

test.each([
  ['is missing', '缺失'],
  ['/subject/id: must not be empty.', '/subject/id：不能为空'],
  ['Line 3: type: Invalid UUID. Nothing was imported.', '第 3 行：type：应为 UUID。未导入任何内容。'],
  ['What was sent is not JSON from character 3 on.', '请求内容：从第 3 个字符起不是 JSON'],
  ['is what no list knows', null],
  // Of a text of many words each might be a place.
  ['word '.repeat(20_000), null],
])('%.40s', (english, chinese) => {
  expect(faultInChinese(english)).toBe(chinese);
});
