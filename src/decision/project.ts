import { z } from 'zod';
import { AccessRequestStatus, Scope, UserRole, sortedSet } from '../domain/vocabulary.ts';
import type { ActionProperties } from './action-properties.ts';
import type { FactQuestion } from './facts.ts';
import type { Check, Properties } from './check.ts';
import type { FactRow } from './facts-statement.ts';
import {
  AccessPath,
  type AccessRequestVector,
  type BusinessCenterVector,
  type PostFacts,
  TiktokAccountVector,
} from './vectors.ts';

/** A kind with stored facts and its vector for one check. `known` = the resource exists. */
export type Projection =
  | { kind: 'tiktok_account'; known: boolean; vector: TiktokAccountVector }
  | { kind: 'business_center'; known: boolean; vector: BusinessCenterVector }
  | { kind: 'access_request'; known: boolean; vector: AccessRequestVector };

/** Whether the relationships of a kind are stored here; other kinds are decided from what is sent. */
export function isStoredKind(kind: string): kind is Projection['kind'] {
  return STORED_KINDS.some((stored) => stored === kind);
}

export const STORED_KINDS = ['tiktok_account', 'business_center', 'access_request'] as const;

/** Projects the facts that hold between subject and resource on the fact vector of the resource's kind. */
export function project(check: Check, { kind, properties }: FactQuestion, rows: readonly FactRow[]): Projection {
  const visible = rows.filter((row) => row.bc_id === null || check.within === null || check.within.includes(row.bc_id));
  switch (kind) {
    case 'tiktok_account':
      return projectTiktokAccount(check, properties, visible);
    case 'business_center': {
      const found = visible.find((row) => row.fact === 'business_center');
      const vector = { user_role: userRole(found?.a), scopes: properties.scopes ?? null };
      return { kind, known: found !== undefined, vector };
    }
    case 'access_request':
      return projectAccessRequest(check, visible);
    default:
      throw new Error(`no facts are stored of the kind ${kind}`);
  }
}

function projectTiktokAccount(check: Check, properties: ActionProperties, rows: readonly FactRow[]): Projection {
  const account = rows.find((row) => row.fact === 'tiktok_account');
  const itself = check.subject.type === 'tiktok_account' && check.subject.id === check.resource.id;
  const paths = rows.flatMap((row) => pathOf(row));
  if (itself && account) paths.push({ via: 'OWNER', user_role: null, grant: null, granted: [], assigned: [] });
  const role = rows.find((row) => row.fact === 'advertiser_role')?.a ?? 'NONE';
  const assigneeKnown = rows.some((row) => row.fact === 'assignee');
  const vector: TiktokAccountVector = {
    paths: distinctSorted(paths),
    advertiser_role: properties.advertiser_id ? TiktokAccountVector.shape.advertiser_role.parse(role) : null,
    account_ad_authorization: account?.a == null ? null : account.a === 'true',
    post: postFacts(properties.post, check.resource.id),
    live: properties.live != null,
    assignee: properties.user_id == null ? null : { member: properties.bc_id == null ? null : assigneeKnown },
    scopes: properties.scopes ?? null,
  };
  return { kind: 'tiktok_account', known: account !== undefined, vector };
}

function pathOf(row: FactRow): AccessPath[] {
  const granted = scopes(row.granted);
  if (row.fact === 'link') return [{ via: 'ACCOUNT_LINK', user_role: null, grant: null, granted, assigned: [] }];
  if (row.fact !== 'path') return [];
  const grant = AccessPath.shape.grant.parse(row.b);
  return [{ via: 'BUSINESS_CENTER', user_role: userRole(row.a), grant, granted, assigned: scopes(row.assigned) }];
}

function postFacts(post: ActionProperties['post'], accountId: string): PostFacts | null {
  if (post == null) return null;
  const { tiktok_account_id: of, visibility, ad_authorization: adAuthorization } = post;
  return {
    of_this_account: of == null ? null : of === accountId,
    visibility: visibility == null ? null : visibility === 'PUBLIC' ? 'PUBLIC' : 'OTHER',
    ad_authorization: adAuthorization ?? null,
  };
}

function projectAccessRequest(check: Check, rows: readonly FactRow[]): Projection {
  const found = rows.find((row) => row.fact === 'access_request');
  const meantFor = found?.granted?.[0];
  const signedIn = check.subject.type === 'tiktok_account';
  const vector: AccessRequestVector = {
    status: found ? AccessRequestStatus.parse(found.a) : null,
    owner: found !== undefined && signedIn && (meantFor === undefined || meantFor === check.subject.id),
    user_role: userRole(found?.b),
    requester_role: userRole(found?.c),
  };
  return { kind: 'access_request', known: found !== undefined, vector };
}

/** What is stored of one side of a check of a kind that only policies know. */
export function attributes(rows: readonly FactRow[], side: 'subject' | 'resource'): Properties {
  const stored = rows.find((row) => row.fact === side)?.a;
  return stored == null ? {} : StoredAttributes.parse(JSON.parse(stored));
}

const StoredAttributes = z.record(z.string(), z.unknown());

function userRole(value: string | null | undefined): UserRole | null {
  return value == null ? null : UserRole.parse(value);
}

function scopes(values: readonly string[] | null): Scope[] {
  return sortedSet((values ?? []).map((value) => Scope.parse(value)));
}

/** Equal situations give equal vectors: the order of paths, and how many there are of a sort, tell nothing. */
export function distinctSorted(paths: readonly AccessPath[]): AccessPath[] {
  const byText = new Map(paths.map((path) => [JSON.stringify(path), path]));
  return [...byText.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}
