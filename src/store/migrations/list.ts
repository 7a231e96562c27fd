import { Migration20261121000000_row_ids } from './Migration20261121000000_row_ids.ts';
import { Migration20261122000000_initial } from './Migration20261122000000_initial.ts';
import { Migration20261122120100_sign_in } from './Migration20261122120100_sign_in.ts';
import { Migration20261122120200_search } from './Migration20261122120200_search.ts';
import { Migration20261128100000_key_life } from './Migration20261128100000_key_life.ts';
import { Migration20261128110000_moves_and_endings } from './Migration20261128110000_moves_and_endings.ts';
import { Migration20261128120000_pages } from './Migration20261128120000_pages.ts';
import { Migration20261128200000_roles } from './Migration20261128200000_roles.ts';
import { Migration20261128210000_versions } from './Migration20261128210000_versions.ts';
import { Migration20261128300000_writes } from './Migration20261128300000_writes.ts';
import { Migration20261128320000_submissions } from './Migration20261128320000_submissions.ts';
import { Migration20261128330000_snapshots } from './Migration20261128330000_snapshots.ts';
import { Migration20261128340000_changes } from './Migration20261128340000_changes.ts';
import { Migration20261128350000_one_call } from './Migration20261128350000_one_call.ts';
import { Migration20261128360000_users } from './Migration20261128360000_users.ts';
import { Migration20261128370000_rows_at_commit } from './Migration20261128370000_rows_at_commit.ts';
import { Migration20261128380000_freezes } from './Migration20261128380000_freezes.ts';
import { Migration20261128390000_request_notes } from './Migration20261128390000_request_notes.ts';
import { Migration20261128400000_key_changes } from './Migration20261128400000_key_changes.ts';
import { Migration20261129100000_self_assigned } from './Migration20261129100000_self_assigned.ts';
import { Migration20261129110000_imports_beside } from './Migration20261129110000_imports_beside.ts';

/** All migrations, in their order. */
export const MIGRATIONS = [
  { name: 'Migration20261121000000_row_ids', class: Migration20261121000000_row_ids },
  { name: 'Migration20261122000000_initial', class: Migration20261122000000_initial },
  { name: 'Migration20261122120100_sign_in', class: Migration20261122120100_sign_in },
  { name: 'Migration20261122120200_search', class: Migration20261122120200_search },
  { name: 'Migration20261128100000_key_life', class: Migration20261128100000_key_life },
  { name: 'Migration20261128110000_moves_and_endings', class: Migration20261128110000_moves_and_endings },
  { name: 'Migration20261128120000_pages', class: Migration20261128120000_pages },
  { name: 'Migration20261128200000_roles', class: Migration20261128200000_roles },
  { name: 'Migration20261128210000_versions', class: Migration20261128210000_versions },
  { name: 'Migration20261128300000_writes', class: Migration20261128300000_writes },
  { name: 'Migration20261128320000_submissions', class: Migration20261128320000_submissions },
  { name: 'Migration20261128330000_snapshots', class: Migration20261128330000_snapshots },
  { name: 'Migration20261128340000_changes', class: Migration20261128340000_changes },
  { name: 'Migration20261128350000_one_call', class: Migration20261128350000_one_call },
  { name: 'Migration20261128360000_users', class: Migration20261128360000_users },
  { name: 'Migration20261128370000_rows_at_commit', class: Migration20261128370000_rows_at_commit },
  { name: 'Migration20261128380000_freezes', class: Migration20261128380000_freezes },
  { name: 'Migration20261128390000_request_notes', class: Migration20261128390000_request_notes },
  { name: 'Migration20261128400000_key_changes', class: Migration20261128400000_key_changes },
  { name: 'Migration20261129100000_self_assigned', class: Migration20261129100000_self_assigned },
  { name: 'Migration20261129110000_imports_beside', class: Migration20261129110000_imports_beside },
];
