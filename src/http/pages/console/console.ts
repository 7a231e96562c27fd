import { Hono } from 'hono';
import type { PageEnv } from '../../env.ts';
import { aboutAccount } from '../accounts/about.ts';
import { accountHistory } from '../accounts/history.ts';
import { accountMembers } from '../accounts/members.ts';
import { accountPage } from '../accounts/account.ts';
import { accounts } from '../accounts/accounts.ts';
import { adAccount } from '../ad-accounts/ad-account.ts';
import { adAccounts } from '../ad-accounts/ad-accounts.ts';
import { role } from '../ad-accounts/role.ts';
import { assign } from '../accounts/assign.ts';
import { centerHistory } from '../history/center-history.ts';
import { choose } from './choose-center.ts';
import { assignment } from '../accounts/assignment.ts';
import { assignSelection } from '../selection/assign-selection.ts';
import { undo } from '../selection/undo.ts';
import { member } from '../members/member.ts';
import { centerFreezes } from '../freezes/freezes.ts';
import { members } from '../members/members.ts';
import { requestPage } from '../requests/request.ts';
import { requestAccess } from '../requests/request-access.ts';
import { requests } from '../requests/requests.ts';
import { review } from '../review/review.ts';
import { revoke } from '../accounts/revoke.ts';

/** The Business Center console and the reviewer's page, for users who are signed in. */
export const businessCenterConsole = new Hono<PageEnv>()
  .route('/', choose)
  .route('/', accounts)
  .route('/', accountPage)
  .route('/', accountMembers)
  .route('/', aboutAccount)
  .route('/', accountHistory)
  .route('/', assign)
  .route('/', assignment)
  .route('/', assignSelection)
  .route('/', undo)
  .route('/', centerHistory)
  .route('/', revoke)
  .route('/', requestAccess)
  .route('/', requests)
  .route('/', requestPage)
  .route('/', members)
  .route('/', member)
  .route('/', adAccounts)
  .route('/', adAccount)
  .route('/', role)
  .route('/', centerFreezes)
  .route('/', review);
