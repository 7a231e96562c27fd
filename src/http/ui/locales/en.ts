import { common } from './en/common.ts';
import { consent } from './en/consent.ts';
import { console } from './en/console.ts';
import { errors } from './en/errors.ts';
import { myAccount } from './en/my-account.ts';
import { review } from './en/review.ts';
import { selection } from './en/selection.ts';
import { signIn } from './en/sign-in.ts';

/** Everything that pages say, in English. */
export const en = { common, consent, console, errors, myAccount, review, selection, signIn };

/** What every language says. A missing key does not compile. */
export type Dictionary = typeof en;
