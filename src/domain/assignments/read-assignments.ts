import { AccountGrant } from '../account-grants/entity.ts';
import { authorizeReading } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import { queryIn } from '../transact.ts';
import { unseen } from '../unseen.ts';
import type { AssignmentView } from './assign.ts';

/** Assignments of the account `$2` in the Business Center `$1`, with their grant and their member as they are now. */
const CURRENT = `
  select a.id, a.bc_id, a.tiktok_account_id, a.user_id, a.scopes
  from assignment a
  join account_grant g on g.id = a.grant_id and g.valid_to is null
  join member m on m.bc_id = a.bc_id and m.user_id = a.user_id and m.valid_to is null
  where a.bc_id = $1 and a.tiktok_account_id = $2 and a.valid_to is null`;

type Row = AssignmentView & { id: string };
type Account = Pick<AssignmentView, 'bc_id' | 'tiktok_account_id'>;

/** The assignments of a granted account as they are stored, by user. @throws SparkgateError `not_found` */
export async function readAssignments(ctx: Context, of: Account, page: PageQuery): Promise<Page<AssignmentView>> {
  const { bc_id: bcId, tiktok_account_id: tiktokAccountId } = of;
  await authorizeReading(ctx, [bcId]);
  const em = ctx.orm.em.fork();
  if (!(await em.findOne(AccountGrant, { bcId, tiktokAccountId, validTo: null }))) throw unseen();
  const values = [bcId, tiktokAccountId, page.cursor ?? '', page.limit + 1];
  const rows = await queryIn(em)<Row>(`${CURRENT} and a.user_id > $3 order by a.user_id limit $4`, values);
  return pageOf(rows, page.limit, (row) => row.user_id, viewOf);
}

/** One assignment that is in force, with the id of its row; null where there is none. */
export async function findAssignment(ctx: Context, of: Account, userId: string): Promise<Row | null> {
  const values = [of.bc_id, of.tiktok_account_id, userId];
  const [row] = await queryIn(ctx.orm.em.fork())<Row>(`${CURRENT} and a.user_id = $3`, values);
  return row ?? null;
}

/** Without the id of the row. */
function viewOf({ bc_id, tiktok_account_id, user_id, scopes }: Row): AssignmentView {
  return { bc_id, tiktok_account_id, user_id, scopes };
}
