import { Connection } from './connection.ts';
import type { Sparkgate } from './sparkgate.ts';
import { markdown, median, whole } from './table.ts';
import { LARGE } from './world.ts';

/** A search, and the checks that find the same without one. */
interface Search {
  name: string;
  path: string;
  body: object;
  /** One batch of evaluations after the other, together one check a candidate. */
  naive: object[];
  candidates: number;
}

/** All that was measured of one search in one world, round by round; milliseconds. */
export interface SearchRow {
  name: string;
  relationships: number;
  candidates: number;
  found: number;
  rounds: { pages: number[]; naive: number; uncached: number }[];
}

/** Pages of a search, and checks of a vector that nobody asked about before, in one round. */
const A_ROUND = 50;

/** Evaluations in one request, as many as the service takes. */
const MOST = 1000;

const account = (j: number): object => ({ type: 'tiktok_account', id: LARGE.account(j) });
const user = (i: number): object => ({ type: 'user', id: LARGE.user(i) });

function searches(): Search[] {
  const read = { name: 'read_profile' };
  const view = { name: 'view', properties: { bc_id: LARGE.bc } };
  const resources = (name: string, subject: object, action: object): Search => ({
    name,
    path: '/access/v1/search/resource',
    body: { subject, action, resource: { type: 'tiktok_account' } },
    naive: batches(LARGE.grants, (j) => ({ resource: account(j) })).map((evaluations) => ({
      subject,
      action,
      evaluations,
    })),
    candidates: LARGE.grants,
  });
  return [
    resources('accounts that a member may use', { type: 'user', id: LARGE.member }, read),
    resources('accounts that an administrator may view', { type: 'user', id: LARGE.admin }, view),
    {
      name: 'users who may use an account',
      path: '/access/v1/search/subject',
      body: { subject: { type: 'user' }, action: read, resource: account(0) },
      naive: batches(LARGE.members, (i) => ({ subject: user(i) })).map((evaluations) => ({
        action: read,
        resource: account(0),
        evaluations,
      })),
      candidates: LARGE.members,
    },
  ];
}

function batches(count: number, one: (index: number) => object): object[][] {
  const all = Array.from({ length: count }, (_, index) => one(index));
  return Array.from({ length: Math.ceil(count / MOST) }, (_, n) => all.slice(n * MOST, (n + 1) * MOST));
}

/** First pages, their naive counterpart and uncached checks in turn, one request at a time. */
export async function measureSearches(sparkgate: Sparkgate, rounds: number): Promise<SearchRow[]> {
  const connect = (path: string): Connection => sparkgate.connect(path);
  const [evaluation, evaluations] = [connect('/access/v1/evaluation'), connect('/access/v1/evaluations')];
  const rows: SearchRow[] = [];
  for (const { name, path, body, naive, candidates } of searches()) {
    const connection = connect(path);
    const page = async (): Promise<string> => connection.post(JSON.stringify(body));
    const { page: first } = JSON.parse(await page()) as { page: { count: number } };
    const row: SearchRow = {
      name,
      relationships: sparkgate.relationships,
      candidates,
      found: first.count,
      rounds: [],
    };
    for (let round = 0; round < rounds; round += 1) {
      const pages = await times(A_ROUND, page);
      const [all] = await times(1, async () => {
        for (const batch of naive) await evaluations.post(JSON.stringify(batch));
      });
      const uncached = await times(A_ROUND, async () => evaluation.post(JSON.stringify(neverAsked())));
      row.rounds.push({ pages, naive: all!, uncached: median(uncached) });
    }
    connection.close();
    rows.push(row);
  }
  evaluation.close();
  evaluations.close();
  return rows;
}

let asked = 0;

/** A check whose action nobody asked about before, so that the PDP has to be asked. */
function neverAsked(): object {
  asked += 1;
  return { subject: user(1), action: { name: `action-${asked}` }, resource: account(asked % LARGE.grants) };
}

async function times(count: number, one: () => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const since = performance.now();
    await one();
    all.push(performance.now() - since);
  }
  return all;
}

/** One line a search and world; ratios are the median over the rounds. */
export function searchTable(rows: readonly SearchRow[]): string {
  const head = [
    'first page of',
    'relationships',
    'candidates',
    'found',
    'p50 ms',
    'p99 ms',
    'naive ms',
    '× faster',
    '× uncached check',
  ];
  return markdown(
    head,
    rows.map((row) => {
      const pages = row.rounds.flatMap((round) => round.pages).toSorted((a, b) => a - b);
      const over = (part: 'naive' | 'uncached'): number[] =>
        row.rounds.map((round) => round[part] / median(round.pages));
      return [
        row.name,
        whole(row.relationships),
        whole(row.candidates),
        whole(row.found),
        median(pages).toFixed(1),
        pages[Math.floor(pages.length * 0.99)]!.toFixed(1),
        median(row.rounds.map(({ naive }) => naive)).toFixed(0),
        median(over('naive')).toFixed(1),
        (1 / median(over('uncached'))).toFixed(1),
      ];
    }),
  );
}
