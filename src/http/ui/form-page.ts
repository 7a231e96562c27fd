import type { Context } from 'hono';
import type { PageEnv } from '../env.ts';
import { UNATTENDED } from '../session/asked-by.ts';
import { localPath } from './local-path.ts';
import { pageOfForm, routes } from '../routes.ts';

/** The path of the page that a request asks for, or that its form stands on. Nothing that was sent bears on it. */
export function pageOf({ req }: Context<PageEnv>): string {
  const url = new URL(req.url);
  const { pathname } = url;
  if (req.method === 'GET' || req.method === 'HEAD') {
    if (url.searchParams.has(UNATTENDED)) url.searchParams.delete(UNATTENDED);
    return localPath(`${pathname}${url.search}`, routes.home());
  }
  return localPath(pageOfForm(pathname), routes.home());
}
