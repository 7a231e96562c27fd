import type { Live } from '../live.ts';
import type { Json } from '@sparkgate/cerbos-policies/json';
import type { Point } from '@sparkgate/policy-workbench/space/point';

/** Pairs of a subject and a resource whose facts are alike. */
export interface Group {
  /** By which it is found again. */
  key: string;
  /** How many pairs there are; null: whoever comes, they are not counted. */
  pairs: number | null;
  /** What is sent to the PDP, apart from what a caller names. */
  point: Point;
  /** Where the subject's role in ad accounts can matter: the roles that the subject holds in any. */
  held: readonly string[];
  /** What naming a Business Center leaves: the path through that one by itself. */
  named: readonly { path: number; point: Point }[];
  /** Outside the vector world ids and the subject's attributes count, too. */
  who?: { id: string; resource: string; attr: Point['attr'] };
}

/** Counts of changed pairs: of one subject, one resource, or one Business Center. */
export interface Tally {
  sig: number;
  /** The one change that it is of; null or left out: all that these pairs have part in. */
  part?: number | null;
  subject: string | null;
  resource: string | null;
  bc_id: string | null;
  pairs: number;
}

/** A changed pair, by name. */
export interface Named {
  sig: number;
  subject: string;
  resource: string;
  label: string;
}

/** Which groups changed, each with the number of what it has part in; and each part through which paths by themselves. */
export interface Changed {
  sigs: ReadonlyMap<string, number>;
  alone: readonly { sig: number; part: number; code: number }[];
}

/** All pairs of one sort that are decided by one kind of policy. */
export interface Population {
  kind: string;
  /** Whether its points are vectors, which decide by themselves. */
  vectors: boolean;
  /** What a subject and a resource are called, one and many. */
  subject: readonly [one: string, many: string];
  resource: readonly [one: string, many: string];
  /** A Business Center is always named. */
  place?: 'center';
  groups: (live: Live) => AsyncGenerator<Group>;
  tallies: (live: Live, changed: Changed) => AsyncGenerator<Tally>;
  names: (live: Live, changed: Changed, subjects: readonly string[]) => AsyncGenerator<Named>;
}

/** What is left by naming a Business Center where no path leads through any: all. */
export const asItIs = (point: Point): Group['named'] => [{ path: -1, point }];

/**
 * A population whose pairs one statement lists: rows of `key` (JSON), `subject`, `resource` and `bc_id`.
 * @param pointOf what the key says of the facts
 * @param namedOf what naming a Business Center makes of it; nothing, where none can be named
 */
export function listed(
  parts: Pick<Population, 'kind' | 'subject' | 'resource'>,
  rows: string,
  pointOf: (key: readonly Json[]) => Point,
  namedOf: (point: Point) => Group['named'] = () => [],
): Population {
  const changedRows = `(${rows}) p join unnest($1::text[], $2::int[]) as c (key, sig) on c.key = p.key`;
  const values = ({ sigs }: Changed): unknown[] => [[...sigs.keys()], [...sigs.values()]];
  return {
    ...parts,
    vectors: true,
    async *groups(live) {
      const text = `select key, count(*)::int as pairs from (${rows}) p group by key order by key`;
      for await (const { key, pairs } of live.rows<{ key: string; pairs: number }>(text)) {
        const point = pointOf(JSON.parse(key) as Json[]);
        yield { key, pairs, point, held: [], named: namedOf(point) };
      }
    },
    tallies: (live, changed) =>
      live.rows<Tally>(
        `select c.sig, p.subject, p.resource, p.bc_id, count(*)::int as pairs from ${changedRows}
          group by grouping sets ((c.sig, p.subject), (c.sig, p.resource), (c.sig, p.bc_id))`,
        values(changed),
      ),
    names: (live, changed, subjects) =>
      live.rows<Named>(
        `select c.sig, p.subject, p.resource, p.resource as label from ${changedRows}
          where p.subject = any($3::text[]) order by p.subject, p.resource`,
        [...values(changed), subjects],
      ),
  };
}

/** A group of those whom nobody counts. */
export const uncountedGroup = (point: Point, more: Partial<Pick<Group, 'held' | 'named'>> = {}): Group => ({
  key: JSON.stringify(point),
  pairs: null,
  point,
  held: [],
  named: [],
  ...more,
});

/** Whoever comes: nobody counts them. */
export function uncounted(
  parts: Pick<Population, 'kind' | 'subject' | 'resource' | 'place'>,
  groups: (live: Live) => AsyncIterable<Group> | Iterable<Group>,
): Population {
  return {
    ...parts,
    vectors: true,
    async *groups(live) {
      yield* groups(live);
    },
    async *tallies() {
      // Nobody to count.
    },
    async *names() {
      // Nobody to name.
    },
  };
}
