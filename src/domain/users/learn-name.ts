import { inTrails } from '../audit/in-trails.ts';
import type { Audit, Tx } from '../transact.ts';

const FILL = `
  insert into user_profile as u (id, display_name) values ($1, $2)
  on conflict (id) do update set display_name = excluded.display_name where u.display_name is null
  returning u.email, (select jsonb_build_object('display_name', w.display_name, 'email', w.email)
                        from user_profile w where w.id = $1) as before,
            array(select m.bc_id from member m where m.user_id = $1 and m.valid_to is null order by m.bc_id) as centers`;

/** Keeps the name by which an issuer vouches for a user, where none is known. What somebody told stays. */
export async function learnName(tx: Tx, id: string, displayName: string): Promise<Audit[]> {
  const [filled] = await tx.query<{ email: string | null; before: object | null; centers: string[] }>(FILL, [
    id,
    displayName,
  ]);
  if (!filled) return [];
  const after = { display_name: displayName, email: filled.email };
  const entry = { event: 'user.put', subject: { type: 'user', id }, before: filled.before, after };
  return inTrails(entry, filled.centers);
}
