import type { Explainer } from '../../../decision/explain.ts';
import { Scope, type UserRole } from '../../../domain/vocabulary.ts';
import { factsWith } from '../../../facts/kind.ts';
import { KIND_FACTS } from '../../../facts/kinds.ts';
import { accessPath, type AccessPath } from '../../../facts/tiktok-account.ts';

/** Who somebody is to an account on which a Business Center holds an active grant for every scope. */
export const WHO = ['ADMIN', 'STANDARD', 'LINKED', 'OWNER', 'OUTSIDER'] as const;
export type Who = (typeof WHO)[number];

/** What is asked about, in the order of the table, and of which kind it is. */
const OPERATIONS = [
  ['request_account_access', 'business_center'],
  ['assign_member', 'tiktok_account'],
  ['view', 'tiktok_account'],
  ['create_spark_ad', 'tiktok_account'],
  ['read_profile', 'tiktok_account'],
  ['read_public_videos', 'tiktok_account'],
  ['read_live_videos', 'tiktok_account'],
  ['revoke_grant', 'tiktok_account'],
  ['view_account_history', 'tiktok_account'],
  ['view_members', 'business_center'],
  ['remove_member', 'business_center'],
  ['set_advertiser_role', 'business_center'],
] as const;
type Operation = (typeof OPERATIONS)[number];

/** Whether it is allowed: to somebody as such, if the account is assigned, and with a role in the ad account as well. */
export interface Cell {
  bare: boolean;
  assigned: boolean;
  role: boolean;
}

/** One row: an action, and a cell for everybody. */
export interface OperationRow {
  action: Operation[0];
  cells: Readonly<Record<Who, Cell>>;
}

/** Asks the PDP about every cell. */
export async function roleTable(explainer: Explainer): Promise<OperationRow[]> {
  return Promise.all(
    OPERATIONS.map(async (operation) => {
      const cells = await Promise.all(WHO.map(async (who) => [who, await cell(explainer, operation, who)] as const));
      return { action: operation[0], cells: Object.fromEntries(cells) as Record<Who, Cell> };
    }),
  );
}

async function cell(explainer: Explainer, [action, kind]: Operation, who: Who): Promise<Cell> {
  const may = async (facts: { assigned: boolean; role: boolean }): Promise<boolean> => {
    const resourceAttr = kind === 'business_center' ? inCenter(who) : onAccount(who, facts);
    return explainer.allows({ kind, action, roles: rolesOf(who), resourceAttr });
  };
  const [bare, assigned, role] = await Promise.all([
    may({ assigned: false, role: false }),
    may({ assigned: true, role: false }),
    may({ assigned: true, role: true }),
  ]);
  return { bare, assigned, role };
}

function inCenter(who: Who) {
  return factsWith(KIND_FACTS.business_center, { user_role: memberRole(who) });
}

function onAccount(who: Who, { assigned, role }: { assigned: boolean; role: boolean }) {
  const advertiserRole = role ? 'OPERATOR' : 'NONE';
  return factsWith(KIND_FACTS.tiktok_account, { paths: [pathOf(who, assigned)], advertiser_role: advertiserRole });
}

function pathOf(who: Who, assigned: boolean): AccessPath {
  const all = Scope.options;
  if (who === 'OWNER') return accessPath({ via: 'OWNER', grant: null });
  if (who === 'LINKED') return accessPath({ via: 'ACCOUNT_LINK', grant: null, granted: all });
  const role = memberRole(who);
  // Nothing can be assigned to somebody who is no member.
  const given = assigned && role !== null ? all : [];
  return accessPath({ user_role: role, grant: 'ACTIVE', granted: all, assigned: given });
}

function memberRole(who: Who): UserRole | null {
  return who === 'ADMIN' || who === 'STANDARD' ? who : null;
}

function rolesOf(who: Who): string[] {
  return who === 'OWNER' ? ['tiktok_account'] : ['user'];
}
