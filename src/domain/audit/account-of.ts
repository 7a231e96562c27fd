/** SQL of the account that an entry `e` is about, where there is one: of a request the one that answers it, or that it names. */
export const ACCOUNT_OF = `coalesce(
  case e.subject_type
    when 'tiktok_account' then e.subject_id
    when 'access_request' then coalesce(
      substring(e.actor from '^tiktok_account:(.*)$'),
      (select r.tiktok_account_id from access_request r where r.id = e.subject_id::uuid))
  end,
  e.after ->> 'tiktok_account_id', e.before ->> 'tiktok_account_id')`;
