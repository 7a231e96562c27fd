/**
 * What is wrong with something that was sent, in Chinese, by its English sentence, as validators say it. `{}` stands for
 * whatever is not known here. What is not in this list is told in English.
 */
const FAULTS: readonly (readonly [english: string, chinese: string])[] = [
  ['Invalid input: expected {}, received undefined', '缺少此项：应为 {}'],
  ['Invalid input: expected {}, received {}', '类型不符：应为 {}，实际为 {}'],
  ['Invalid input: expected {}', '值不符：应为 {}'],
  ['Invalid input', '值不符'],
  ['Invalid option: expected one of {}', '值不符：应为 {} 之一'],
  ['Too big: expected string to have <={} characters', '过长：最多 {} 个字符'],
  ['Too small: expected string to have >={} characters', '过短：至少 {} 个字符'],
  ['Too big: expected array to have <={} items', '过多：最多 {} 项'],
  ['Too small: expected array to have >={} items', '过少：至少 {} 项'],
  ['Too big: expected {} to be <={}', '过大：最大为 {1}'],
  ['Too small: expected {} to be >={}', '过小：最小为 {1}'],
  ['Too big: expected {} to be <{}', '过大：应小于 {1}'],
  ['Too small: expected {} to be >{}', '过小：应大于 {1}'],
  ['Invalid ISO datetime', '应为 RFC 3339 格式的时间'],
  ['Invalid UUID', '应为 UUID'],
  ['Invalid discriminator value. Expected {}', '值不符：应为 {} 之一'],
  ['Invalid string: {}', '格式不符'],
  ['is not known; did you mean "{}"?', '是未知的名称，是否想写“{}”？'],
  ['is not known: nothing is taken here', '是未知的名称：此处不接受任何内容'],
  ['is not known; known is only {}', '是未知的名称；只接受 {}'],
  ['is not known; known are {}', '是未知的名称；可用的有 {}'],
  ['must be later than now', '必须晚于当前时间'],
  ['must not be empty', '不能为空'],
  ['must not be "." or ".."', '不能是“.”或“..”'],
  ['must have at most 128 characters', '最多 128 个字符'],
  ['must be well-formed text without control characters', '必须是格式正确、不含控制字符的文本'],
  ['must not contain control characters', '不能包含控制字符'],
  ['must not begin or end with white space or with characters that are not seen', '首尾不能有空白或不可见字符'],
  ['must not hold the character U+0000', '不能包含字符 U+0000'],
  ['name at least one scope: POST, LIVE', '请至少指定一个权限范围：POST、LIVE'],
  ['name a post or a live, not both', '只能指定帖子或直播之一'],
  ['names another Business Center than the resource', '与资源所指的商务中心不同'],
  [
    'must hold an evaluation where subject, action and resource are not all given beside it',
    '不能为空，除非同时给出 subject、action 和 resource',
  ],
  ['holds something without a name, which no policy can read', '含有没有名称的成员，策略无法读取'],
  ['is not a cursor', '不是游标'],
  ['is not a page token', '不是分页令牌'],
  ['is not a cursor of this list', '不是此列表的游标'],
  ['is not a token that this query was given', '不是此查询得到的令牌'],
  ['is after the year 9999', '晚于公元 9999 年'],
  ['is missing', '缺失'],
  ['is given more than once', '出现了多次'],
  ['is required of what is not known here yet', '尚未登记的内容必须提供此项'],
  ['is not a fact', '不是一条关系数据'],
  ['takes gzip', '只接受 gzip'],
  ['takes at most {} evaluations', '最多包含 {} 个 evaluations'],
  ['takes a number of at most 19 digits', '应为最多 19 位的数字'],
  [
    'takes 1 to 128 characters without controls, percent-encoded as UTF-8 where they are not ASCII',
    '应为 1 到 128 个不含控制字符的字符，非 ASCII 字符按 UTF-8 进行百分号编码',
  ],
  ['takes 1 to 128 characters of ASCII', '应为 1 到 128 个 ASCII 字符'],
  [
    'takes entity tags in quotes and revisions, separated by commas, or *',
    '应为以逗号分隔、带引号的实体标签或写入操作返回的版本，或 *',
  ],
  ['is taken by PUT and DELETE of facts alone', '只有对数据的 PUT 和 DELETE 接受此项'],
  ['is not JSON', '不是 JSON'],
  ['is not JSON from character {} on', '从第 {} 个字符起不是 JSON'],
  ['is not UTF-8 near byte {}: send JSON in UTF-8', '在第 {} 个字节附近不是 UTF-8，请以 UTF-8 发送 JSON'],
  [
    '{}holds half of a surrogate pair, which is no character: send whole ones',
    '含有不完整的代理对字符，请发送完整字符',
  ],
  ['gets lost on the way: choose another name', '此名称会丢失，请使用其他名称'],
  [
    'is a number that no double holds: {} would arrive as {}. Send it in quotes, as ids are sent',
    '超出双精度数的表示范围：{} 会变成 {}。请像 ID 一样加引号发送',
  ],
  ['nests deeper than {} levels', '嵌套超过 {} 层'],
  ['is named more than once: send each name once', '名称重复：每个名称只能出现一次'],
  ['holds more than {} bytes', '超过 {} 字节'],
  ['holds a character that has to be percent-encoded', '含有必须进行百分号编码的字符'],
  ['is not well-formed percent-encoded UTF-8', '不是格式正确的百分号编码 UTF-8'],
  ['holds "." or ".." as a part, which name nothing', '路径中含有“.”或“..”'],
  ['{}: the limit {} is reached', '{}：已达到上限 {}'],
  ['Line {}: {}. Nothing was imported.', '第 {} 行：{1!}。未导入任何内容。'],
];

const PATTERNS = FAULTS.map(([english, chinese]) => ({ pattern: patternOf(english), chinese }));

/** A placeholder takes one line, and no more of it than it has to. */
function patternOf(english: string): RegExp {
  const literal = english.split('{}').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${literal.join('(.*?)')}$`, 'u');
}

/** A place and what is wrong with it: `/subject/id: must not be empty`. */
const PLACED = /^(\/\S*?|What was sent|[\w-]{1,40}):? (.*?)\.?$/u;

/** The Chinese of a fault that a validator told in English; null for what is not known here. */
export function faultInChinese(english: string): string | null {
  const whole = listed(english);
  if (whole !== null) return whole;
  const [, place, fault] = PLACED.exec(english) ?? [];
  const told = fault === undefined ? null : listed(fault);
  return told === null ? null : `${place === 'What was sent' ? '请求内容' : place}：${told}`;
}

function listed(english: string): string | null {
  for (const { pattern, chinese } of PATTERNS) {
    const found = pattern.exec(english);
    if (found) return filled(chinese, found.slice(1));
  }
  return null;
}

/** `{}` takes what was found, in order; `{1}` the second of it, `{1!}` in Chinese where that is known. */
function filled(chinese: string, found: readonly string[]): string {
  let next = 0;
  return chinese.replaceAll(/\{(?:(\d)(!?))?\}/g, (_, at: string | undefined, translated: string) => {
    const text = found[at === undefined ? next : Number(at)] ?? '';
    next += 1;
    return translated === '!' ? (faultInChinese(text) ?? text) : text;
  });
}
