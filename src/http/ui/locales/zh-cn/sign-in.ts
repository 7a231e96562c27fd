import type { Dictionary } from '../en.ts';

export const signIn: Dictionary['signIn'] = {
  title: '登录',
  user: {
    title: 'TikTok for Business 用户',
    text: '供商务中心成员使用：申请访问 TikTok 账号、分配账号，并查看你可以用这些账号做什么。',
    button: '以 TikTok for Business 用户身份登录',
  },
  tiktok_account: {
    title: 'TikTok 账号所有者',
    text: '供 TikTok 账号所有者使用：处理访问申请、查看谁可以使用你的账号，并随时取消授权。',
    button: '用你的 TikTok 账号登录',
  },
  notConfigured: '目前还无法登录。请本服务的运维人员先配置登录服务。',
  demo: {
    title: '演示登录',
    warning: '无需密码。打开此页面的任何人都可以用下列任一身份操作演示数据。',
    elsewhere:
      '演示登录无需密码，因此不能通过代理或隧道使用。请在运行本服务的机器上打开。若要供他人使用，请先配置登录服务。',
    as: '登录身份：',
    people: {
      adm: 'Bright Agency 的管理员',
      sam: 'Bright Agency 的标准成员',
      lee: '不属于任何商务中心，已关联 @brand',
      ext: 'Other Agency 的管理员',
      rita: '策略审核人员',
      brand: 'TikTok 账号 @brand 的所有者',
      other: 'TikTok 账号 @other 的所有者',
    },
  },
  signedOut: {
    done: '你已在此退出登录。',
    alsoThere: '你在登录服务那边可能仍处于登录状态。',
    link: '同时在那边退出登录',
  },
  again: '重新登录',
  failed: {
    expired: {
      title: '此次登录无法继续',
      text: '登录超时、已经完成，或者是在另一个浏览器中开始的。请重新开始。',
    },
    declined: { title: '你尚未登录', text: '登录已取消，没有任何更改。' },
    refused: {
      title: '你尚未登录',
      text: '无法验证登录服务返回的内容。请重试；如果问题仍然存在，请告知本服务的运维人员。',
    },
    unreachable: {
      title: '暂时无法登录',
      text: '登录服务没有响应。没有任何内容丢失，请稍候再试。',
    },
  },
};
