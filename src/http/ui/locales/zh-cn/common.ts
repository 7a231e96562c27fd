import type { Dictionary } from '../en.ts';

export const common: Dictionary['common'] = {
  product: 'Sparkgate',
  skip: '跳到正文',
  navigation: '页面',
  breadcrumb: '当前位置',
  signedInAs: '当前登录',
  demoSignIn: '演示登录',
  signOut: '退出登录',
  footer: '管理谁可以用哪个 TikTok 账号投放 Spark Ads。',
  scopes: {
    POST: {
      name: '使用现有帖子投放广告',
      permissions: ['访问主页信息', '将支持广告的帖子用于广告（即 TikTok 上的广告授权开关已打开）', '访问公开视频'],
    },
    LIVE: {
      name: '使用直播视频投放广告',
      permissions: ['访问主页信息', '访问直播视频'],
    },
  },
  noValue: '无',
  previous: '回到第一页',
  next: '下一页',
  pages: '列表分页',
  cancel: '取消',
  close: '关闭',
  copy: '复制',
  copied: '已复制',
  copyFailed: '无法自动复制，请手动选择并复制。',
  timeLeft: '剩余时间',
  timeOver: '时间已到',
  notice: { info: '提示', success: '已完成', warning: '请仔细核对', error: '操作未成功' },
  fix: '请更正以下内容',
  suspicious: {
    invisible: '这个名称含有看不见的字符，此处以编号显示。',
    spaces: '这个名称的开头或结尾有空格，或者含有连续、特殊的空格，容易被忽略。',
    mixed: '这个名称混用了外形相近的不同字母。',
    lookalike: '这个名称中的字母看起来像拉丁字母，其实不是。',
  },
};
