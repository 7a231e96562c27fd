import type { Dictionary } from '../en.ts';

export const errors: Dictionary['errors'] = {
  back: '重新打开页面',
  home: '回到首页',
  signIn: '登录',
  requestId: '请求编号',
  reasons: '缺少的条件',
  invalid_request: { title: '请求无效', next: '请重新打开页面，检查填写的内容后再提交。' },
  unauthenticated: { title: '你尚未登录', next: '登录已失效或尚未登录。请登录后再操作一次。没有任何内容被更改。' },
  forbidden: { title: '你没有权限执行此操作', next: '没有任何内容被更改。如有需要，请联系商务中心管理员。' },
  staleForm: {
    title: '此页面来自另一次登录',
    next: '打开此页面之后，你换了身份登录或重新登录过。没有任何内容被更改。请重新打开页面。',
  },
  foreignForm: {
    title: '此请求不是从本服务的页面发出的',
    next: '它可能来自其他网站，或者你的浏览器没有说明来源。没有任何内容被更改。请在这里打开页面后再操作一次。',
  },
  misdirected_request: {
    title: '不能通过此名称访问本服务',
    next: '没有执行任何操作。请从下方的网址打开页面。运维人员可以通过设置 ALLOWED_HOSTS 允许此名称。',
    open: '在正确的网址打开',
  },
  not_found: { title: '这里没有内容', next: '内容不存在，或你无权查看。请检查网址，或从首页重新开始。' },
  method_not_allowed: {
    title: '此页面不能以这种方式打开',
    next: '没有任何内容被更改。请重新打开页面，使用页面上的操作。',
  },
  consent_not_available: { title: '此链接无法使用', next: '请让发送者重新生成二维码。' },
  conflict: { title: '内容已被他人更改', next: '你看到的内容在此期间已经变化。请重新打开页面，确认后再继续。' },
  ownerLimit: {
    title: '无法新增授权',
    next: '该商务中心可拥有的 TikTok 账号数，或你的账号可授权的商务中心数已达到上限。未作任何更改。请告知向你发送二维码的人；如有不再需要的授权，可在“谁可以使用我的账号”中取消。',
  },
  limit_reached: { title: '已达到上限', next: '请先腾出名额，例如取消不再需要的申请，然后重试。' },
  rate_limited: { title: '请求过于频繁', next: '请稍候再试。没有任何内容被更改。' },
  precondition_failed: { title: '内容已发生变化', next: '在你查看之后内容已被更改，请重新打开页面。' },
  revision_not_reached: { title: '数据尚未同步', next: '服务还没有跟上这次更改，请稍后重试。' },
  unsupported_media_type: { title: '无法读取提交的内容', next: '请返回并重新打开页面，再提交表单。' },
  unprocessable: { title: '无法执行此操作', next: '填写的内容与已保存的数据或当前时间不符。请重新打开页面检查。' },
  headers_too_large: { title: '地址过长', next: '请返回，并从本服务的链接打开页面。' },
  request_timeout: { title: '提交未能及时送达', next: '请检查网络连接后重新提交。' },
  payload_too_large: { title: '提交的内容过长', next: '内容超出了此页面的上限，请缩短后重新提交。' },
  timeout: { title: '处理超时', next: '请稍后重试。重试前请先确认更改是否已经生效。' },
  outcome_unknown: { title: '无法确定更改是否生效', next: '数据库没有响应。重试前请先确认更改是否已经生效。' },
  unavailable: { title: '服务暂时不可用', next: '服务的某个部分没有响应，在恢复之前不会放行任何操作。请稍后重试。' },
  internal: { title: '服务出现故障', next: '故障已按下方编号记录。请重试；若问题依旧，请将编号告知服务的运营方。' },
};
