import type { TiktokAccount } from './entity.ts';
import type { TiktokAccountBody } from './schemas.ts';

/** What is known of an account, in the names of its body; null = unknown. */
export type Profile = Required<{ [Field in keyof TiktokAccountBody]: Exclude<TiktokAccountBody[Field], undefined> }>;

/** What is stored of an account. */
export function profile(account: TiktokAccount): Profile {
  return {
    handle: account.handle ?? null,
    display_name: account.displayName ?? null,
    ad_authorization: account.adAuthorization ?? null,
    showcase: account.showcase ?? null,
  };
}
