import type { Dictionary } from './en.ts';
import { common } from './zh-cn/common.ts';
import { consent } from './zh-cn/consent.ts';
import { console } from './zh-cn/console.ts';
import { errors } from './zh-cn/errors.ts';
import { myAccount } from './zh-cn/my-account.ts';
import { review } from './zh-cn/review.ts';
import { selection } from './zh-cn/selection.ts';
import { signIn } from './zh-cn/sign-in.ts';

/** Everything that pages say, in Simplified Chinese and in the terms of TikTok Business Center. */
export const zhCn: Dictionary = { common, consent, console, errors, myAccount, review, selection, signIn };
