import { listRequests } from '../../src/domain/access-requests/list-requests.ts';
import { listAccounts } from '../../src/domain/account-grants/list-accounts.ts';
import { listOwnerGrants } from '../../src/domain/account-grants/list-owner-grants.ts';
import { listAssignments } from '../../src/domain/assignments/list-assignments.ts';
import type { Actor, Context } from '../../src/domain/context.ts';
import { SparkgateError } from '../../src/domain/errors.ts';
import type { Page, PageQuery } from '../../src/domain/page.ts';
import { prepare } from '../../src/decision/prepare.ts';
import type { TestApp } from '../support/app.ts';
import { sql } from '../support/sql.ts';
import type { BundleApp } from './bundles.ts';
import { everything, SUBJECTS } from './worlds.ts';

type Person = Extract<Actor, { type: 'user' | 'tiktok_account' }>;
type Kind = 'tiktok_account' | 'business_center' | 'access_request';

/** A check on behalf of the actor. */
interface Asked {
  action: string;
  type: Kind;
  id: string;
  properties?: Record<string, unknown>;
}

/** A list of the flow, what opens it, and what must be allowed of each row that there is. */
interface List {
  name: string;
  /** It is a search, which finds nothing for whoever is not known. */
  forKnown: boolean;
  gate: Asked | null;
  rows: { id: string; asked: Asked }[];
  shown: (ctx: Context, page: PageQuery) => Promise<Page<string>>;
}

/** Some of those who may ask: a list is many calls. */
const PEOPLE = SUBJECTS.flatMap(({ type, id }, index): Person[] =>
  (type === 'user' || type === 'tiktok_account') && (index % 3 === 0 || id === 'nobody') ? [{ type, id }] : [],
);

/** How many rows were compared, and where a list and the checks do not agree. */
export async function compareLists(
  it: BundleApp,
  limit: number,
): Promise<{ rows: number; allowed: number; disagreements: string[] }> {
  const lists = await everyList(it.world);
  const known = await everything(it.world, null);
  const sum = { rows: 0, allowed: 0, disagreements: [] as string[] };
  for (const { type, id } of PEOPLE) {
    const ctx = it.app.runtime.services.contextFor({ actor: { type, id }, key: null }, null);
    for (const list of lists) {
      const isKnown = known.get(type)?.has(id) === true;
      const expected = list.forKnown && !isKnown ? [] : await expectedOf(it, { type, id }, list);
      const shown = await allPages(ctx, list, limit);
      sum.rows += list.rows.length;
      sum.allowed += expected?.length ?? 0;
      if (JSON.stringify(shown) === JSON.stringify(expected)) continue;
      sum.disagreements.push(
        `${it.name}: ${list.name} for ${type} ${id} shows ${JSON.stringify(shown)}, not ${JSON.stringify(expected)}`,
      );
    }
  }
  return sum;
}

async function everyList(app: TestApp): Promise<List[]> {
  const grants = await sql<{ bc: string; account: string }>(
    app,
    'select bc_id as bc, tiktok_account_id as account from account_grant where valid_to is null order by 1, 2',
  );
  const assignments = await sql<{ bc: string; account: string; user: string }>(
    app,
    'select bc_id as bc, tiktok_account_id as account, user_id as user from assignment where valid_to is null order by 3',
  );
  const requests = await sql<{ bc: string; id: string }>(app, 'select bc_id as bc, id from access_request order by id');
  const centers = await sql<{ id: string }>(app, 'select bc_id as id from business_center');
  const accounts = await sql<{ id: string }>(app, 'select id from tiktok_account');
  return [
    ...centers.map(({ id: bc }) => accountsOf(bc, grants)),
    ...centers.map(({ id: bc }) => requestsOf(bc, requests)),
    ...accounts.map(({ id }) => grantsOn(id, grants)),
    ...grants.map((grant) => assignmentsUnder(grant, assignments)),
  ];
}

function accountsOf(bc: string, grants: { bc: string; account: string }[]): List {
  return {
    name: `the accounts of ${bc}`,
    forKnown: true,
    gate: null,
    rows: grants
      .filter((grant) => grant.bc === bc)
      .map(({ account: id }) => ({
        id,
        asked: { action: 'view', type: 'tiktok_account', id, properties: { bc_id: bc } },
      })),
    shown: async (ctx, page) => ids(await listAccounts(ctx, bc, page), (row) => row.tiktok_account_id),
  };
}

function requestsOf(bc: string, requests: { bc: string; id: string }[]): List {
  return {
    name: `the requests of ${bc}`,
    forKnown: false,
    gate: { action: 'view_access_requests', type: 'business_center', id: bc },
    rows: requests
      .filter((request) => request.bc === bc)
      .map(({ id }) => ({ id, asked: { action: 'view', type: 'access_request', id } })),
    shown: async (ctx, page) => ids(await listRequests(ctx, bc, page), (row) => row.id),
  };
}

function grantsOn(account: string, grants: { bc: string; account: string }[]): List {
  const asked: Asked = { action: 'view_grants', type: 'tiktok_account', id: account };
  return {
    name: `the grants on ${account}`,
    forKnown: false,
    gate: asked,
    rows: grants
      .filter((grant) => grant.account === account)
      .map(({ bc }) => ({ id: bc, asked: { ...asked, properties: { bc_id: bc } } })),
    shown: async (ctx, page) => ids(await listOwnerGrants(ctx, account, page), (row) => row.bc_id),
  };
}

function assignmentsUnder(
  { bc, account }: { bc: string; account: string },
  assignments: { bc: string; account: string; user: string }[],
): List {
  const asked: Asked = { action: 'view_assignments', type: 'tiktok_account', id: account, properties: { bc_id: bc } };
  return {
    name: `who has access to ${account} in ${bc}`,
    forKnown: false,
    gate: asked,
    rows: assignments
      .filter((it) => it.bc === bc && it.account === account)
      .map(({ user }) => ({ id: user, asked: { ...asked, properties: { bc_id: bc, user_id: user } } })),
    shown: async (ctx, page) => ids(await listAssignments(ctx, bc, account, page), (row) => row.user_id),
  };
}

function ids<Row>({ items, next_cursor }: Page<Row>, id: (row: Row) => string): Page<string> {
  return { items: items.map((row) => id(row)), next_cursor };
}

/** What checks say that the list holds; null = it does not open. */
async function expectedOf(it: BundleApp, actor: Person, { gate, rows }: List): Promise<string[] | null> {
  const checks = [...(gate ? [gate] : []), ...rows.map(({ asked }) => asked)].map(({ action, type, id, properties }) =>
    prepare({
      subject: { ...actor, properties: {} },
      action: { name: action, properties: properties ?? {} },
      resource: { type, id, properties: {} },
      context: {},
      within: null,
      byPerson: false,
    }),
  );
  const decisions = (await it.app.runtime.services.decider.decide(checks)).map(({ decision }) => decision);
  if (gate && !decisions.shift()) return null;
  return rows
    .filter((_, index) => decisions[index])
    .map(({ id }) => id)
    .toSorted(byBytes);
}

/** The order of the database's keys. */
function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

async function allPages(ctx: Context, { shown }: List, limit: number): Promise<string[] | null> {
  const all: string[] = [];
  for (let cursor: string | undefined; ;) {
    const query = { limit, ...(cursor !== undefined && { cursor: Buffer.from(cursor, 'base64url').toString() }) };
    const page = await shown(ctx, query).catch((error: unknown) => {
      if (error instanceof SparkgateError && ['forbidden', 'not_found'].includes(error.code)) return null;
      throw error;
    });
    if (!page) return null;
    all.push(...page.items);
    if (page.next_cursor === null) return all;
    cursor = page.next_cursor;
  }
}
