import { Hono } from 'hono';
import type { PageEnv } from '../env.ts';
import { signedIn } from '../middleware/signed-in.ts';
import { accountPage } from './account.ts';
import { accounts } from './accounts.ts';
import { adAccount } from './ad-account.ts';
import { adAccounts } from './ad-accounts.ts';
import { assign } from './assign.ts';
import { choose } from './choose.ts';
import { member } from './member.ts';
import { members } from './members.ts';
import { requestPage } from './request.ts';
import { requestAccess } from './request-access.ts';
import { requests } from './requests.ts';
import { review } from './review.ts';
import { revoke } from './revoke.ts';

/** The Business Center console and the reviewer's page, for users who are signed in. */
export const businessCenterConsole = new Hono<PageEnv>()
  .use('/console/*', signedIn('user'))
  .use('/review/*', signedIn('user'))
  .route('/', choose)
  .route('/', accounts)
  .route('/', accountPage)
  .route('/', assign)
  .route('/', member)
  .route('/', revoke)
  .route('/', requestAccess)
  .route('/', requests)
  .route('/', requestPage)
  .route('/', members)
  .route('/', adAccounts)
  .route('/', adAccount)
  .route('/', review);
