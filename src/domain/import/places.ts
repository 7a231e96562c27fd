import { SparkgateError } from '../errors.ts';
import type { Tx } from '../transact.ts';
import type { FactType } from './fact-line.ts';
import type { Relation } from './relation.ts';

/** A known limit: how many current rows of a relation there may be by one column. */
interface Places {
  limit: string;
  by: string;
  /** Which rows count. */
  where?: string;
}

const LIMITS: Partial<Record<FactType, Places[]>> = {
  member: [
    { limit: 'members_per_business_center', by: 'bc_id' },
    { limit: 'admins_per_business_center', by: 'bc_id', where: "user_role = 'ADMIN'" },
  ],
  account_grant: [
    { limit: 'accounts_per_business_center', by: 'bc_id' },
    { limit: 'business_centers_per_account', by: 'tiktok_account_id' },
  ],
};

async function requirePlace(tx: Tx, { type }: Relation, { limit, by, where = 'true' }: Places): Promise<void> {
  const [over] = await tx.query<{ line: number; id: string }>(
    `select n.line, n.${by} as id
       from (select p.line, p.${by}, row_number() over (partition by ${by} order by line) as place
               from planned_${type} p where p.reason is null and ${where}) n
       left join (
         select ${by}, count(*) as taken from ${type}
          where valid_to is null and ${where} and ${by} in (select p.${by} from planned_${type} p where p.reason is null)
          group by ${by}) c on c.${by} = n.${by}
      where n.place + coalesce(c.taken, 0) > (select value from known_limit where name = $1)
      order by n.line limit 1`,
    [limit],
  );
  if (!over) return;
  const message = `${by} ${over.id}: the limit ${limit} is reached`;
  throw new SparkgateError('limit_reached', `Line ${over.line}: ${message}. Nothing was imported.`, {
    errors: [{ pointer: `line ${over.line}`, message }],
  });
}

/**
 * The database guards its limits anyway; here the first line that finds no place is named. Rows that the import
 * replaces are closed by now.
 * @throws SparkgateError `limit_reached`
 */
export async function requirePlaces(tx: Tx, relation: Relation): Promise<void> {
  for (const limit of LIMITS[relation.type] ?? []) await requirePlace(tx, relation, limit);
}
