import type { Context } from 'hono';
import type { PageEnv } from '../env.ts';
import { UNATTENDED } from '../session/asked-by.ts';
import { localPath } from './local-path.ts';
import { urls } from './urls.ts';

/** Forms that are sent elsewhere than to the address of their own page, and where that is. */
const ELSEWHERE: readonly (readonly [form: RegExp, page: string])[] = [
  [/^(\/consent\/[^/]+)\/(?:approve|decline)$/, '$1'],
  [/^(\/console\/[^/]+\/access-requests\/[^/]+)\/cancel$/, '$1'],
  [/^\/sign-in\/demo$/, '/sign-in'],
  [/^\/(?:sign-out|language)$/, urls.home()],
];

/** The path of the page that a request asks for, or that its form stands on. Nothing that was sent bears on it. */
export function pageOf({ req }: Context<PageEnv>): string {
  const url = new URL(req.url);
  const { pathname } = url;
  if (req.method === 'GET' || req.method === 'HEAD') {
    if (url.searchParams.has(UNATTENDED)) url.searchParams.delete(UNATTENDED);
    return localPath(`${pathname}${url.search}`, urls.home());
  }
  const [form, page] = ELSEWHERE.find(([pattern]) => pattern.test(pathname)) ?? [];
  return localPath(form === undefined ? pathname : pathname.replace(form, page ?? ''), urls.home());
}
