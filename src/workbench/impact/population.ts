import type { Live } from '../live.ts';
import type { Json } from '../finite-domain.ts';
import type { Point } from '../vector-space.ts';

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
  /** Points of each path by itself, by the number of the path. */
  alone: ReadonlyMap<number, Point>;
  /** Outside the vector world ids and the subject's attributes count, too. */
  who?: { id: string; resource: string; attr: Point['attr'] };
}

/** Counts of changed pairs: of one subject, one resource, or one Business Center. */
export interface Tally {
  sig: number;
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

/** Which groups changed, each with the number of its change; and through which paths by themselves. */
export interface Changed {
  sigs: ReadonlyMap<string, number>;
  alone: readonly { sig: number; code: number }[];
}

/** All pairs of one sort that are decided by one kind of policy. */
export interface Population {
  kind: string;
  /** Whether its points are vectors, which decide by themselves. */
  vectors: boolean;
  /** What a subject and a resource are called, one and many. */
  subject: readonly [one: string, many: string];
  resource: readonly [one: string, many: string];
  groups: (live: Live) => AsyncGenerator<Group>;
  tallies: (live: Live, changed: Changed) => AsyncGenerator<Tally>;
  names: (live: Live, changed: Changed, subjects: readonly string[]) => AsyncGenerator<Named>;
}

/**
 * A population whose pairs one statement lists: rows of `key` (JSON), `subject`, `resource` and `bc_id`.
 * @param pointOf what the key says of the facts
 */
export function listed(
  parts: Pick<Population, 'kind' | 'subject' | 'resource'>,
  rows: string,
  pointOf: (key: readonly Json[]) => Point,
): Population {
  const changedRows = `(${rows}) p join unnest($1::text[], $2::int[]) as c (key, sig) on c.key = p.key`;
  const values = ({ sigs }: Changed): unknown[] => [[...sigs.keys()], [...sigs.values()]];
  return {
    ...parts,
    vectors: true,
    async *groups(live) {
      const text = `select key, count(*)::int as pairs from (${rows}) p group by key order by key`;
      for await (const { key, pairs } of live.rows<{ key: string; pairs: number }>(text)) {
        yield { key, pairs, point: pointOf(JSON.parse(key) as Json[]), held: [], alone: new Map() };
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

/** Whoever comes: nobody counts them. */
export function uncounted(
  parts: Pick<Population, 'kind' | 'subject' | 'resource'>,
  points: readonly Point[],
  held: readonly string[] = [],
): Population {
  return {
    ...parts,
    vectors: true,
    async *groups() {
      for (const point of points) yield { key: JSON.stringify(point), pairs: null, point, held, alone: new Map() };
    },
    async *tallies() {
      // Nobody to count.
    },
    async *names() {
      // Nobody to name.
    },
  };
}
