import { setImmediate, setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Query } from '../../src/domain/context.ts';
import { isStoredKind, project } from '../../src/facts/kinds.ts';
import { EVERYTHING } from '../../src/facts/vocabulary.ts';
import { KeptFacts } from '../../src/facts/kept-facts.ts';
import { factLines } from '../../src/facts/lines.ts';
import { FactLoader, loadFacts } from '../../src/facts/loader.ts';
import type { FactQuestion, Loaded, SliceRow } from '../../src/facts/slice.ts';
import { openStore, poolQuery, type Orm } from '../../src/store/open.ts';
import { randomFrom, type Random } from '../history/random.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

// What is kept in memory is what the database says, whatever is written beside.

let database: TestDatabase;
let orm: Orm;
let query: Query;
let writer: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  orm = await openStore({ url: database.url });
  query = await poolQuery(orm);
  writer = new pg.Client({ connectionString: database.url });
  await writer.connect();
  await writer.query(
    `insert into business_center select 'b' || n, 'Center' from generate_series(0, 2) n;
     insert into tiktok_account (id) select 'a' || n from generate_series(0, 2) n;
     insert into ad_account (advertiser_id, name) select 'd' || n, 'Ads' from generate_series(0, 1) n`,
  );
});
afterAll(async () => {
  await writer.end();
  await orm.close(true);
  await database.drop();
});

const ask = (of: Partial<FactQuestion>): FactQuestion => ({
  kind: 'tiktok_account',
  subjectType: 'user',
  subjectId: 'u0',
  resourceId: 'a0',
  properties: {},
  within: null,
  ...of,
});

const told = (loaded: Loaded | undefined): unknown =>
  loaded && [factLines(loaded), isStoredKind(loaded.question.kind) ? project(loaded, EVERYTHING).vector : null];

const OPENED = `now(), 'test', uuidv7()`;
const CLOSE = `valid_to = clock_timestamp(), ended_by = 'test', ended_write = uuidv7()`;
const VALIDITY = 'valid_from, begun_by, begun_write';
const requestId = (n: number): string => `00000000-0000-7000-8000-00000000000${n}`;

/** Some write on few things, which meet often. What the database refuses does not happen. */
function someWrite(random: Random): string {
  const [b, u, a, d] = [random.below(3), random.below(4), random.below(3), random.below(2)];
  const scopes = random.oneOf(['{POST}', '{LIVE}', '{LIVE,POST}']);
  const n = random.below(4);
  return random.oneOf([
    `insert into member (bc_id, user_id, user_role, ${VALIDITY}) values ('b${b}', 'u${u}', '${random.oneOf(['ADMIN', 'STANDARD'])}', ${OPENED})`,
    `update assignment set ${CLOSE} where bc_id = 'b${b}' and user_id = 'u${u}' and valid_to is null;
     update member set ${CLOSE} where bc_id = 'b${b}' and user_id = 'u${u}' and valid_to is null`,
    `insert into account_grant (bc_id, tiktok_account_id, scopes, ${VALIDITY}) values ('b${b}', 'a${a}', '${scopes}', ${OPENED})`,
    `update assignment set ${CLOSE} where bc_id = 'b${b}' and tiktok_account_id = 'a${a}' and valid_to is null;
     update account_grant set ${CLOSE} where bc_id = 'b${b}' and tiktok_account_id = 'a${a}' and valid_to is null`,
    `insert into assignment (grant_id, bc_id, tiktok_account_id, user_id, scopes, ${VALIDITY})
     select id, bc_id, tiktok_account_id, 'u${u}', scopes, ${OPENED} from account_grant
      where bc_id = 'b${b}' and tiktok_account_id = 'a${a}' and valid_to is null`,
    `update assignment set ${CLOSE} where user_id = 'u${u}' and valid_to is null`,
    `insert into assignment (grant_id, bc_id, tiktok_account_id, user_id, scopes, self_assigned, ${VALIDITY})
     select id, bc_id, tiktok_account_id, 'u${u}', scopes, scopes[1:1], ${OPENED} from account_grant
      where bc_id = 'b${b}' and tiktok_account_id = 'a${a}' and valid_to is null`,
    `update ad_account set bc_id = ${random.oneOf([`'b${b}'`, 'null'])} where advertiser_id = 'd${d}'`,
    `insert into account_link (tiktok_account_id, user_id, scopes, ${VALIDITY}) values ('a${a}', 'u${u}', '${scopes}', ${OPENED})`,
    `update account_link set ${CLOSE} where user_id = 'u${u}' and valid_to is null`,
    `insert into ad_account_member (advertiser_id, user_id, advertiser_role, ${VALIDITY})
     values ('d${d}', 'u${u}', '${random.oneOf(['ADMIN', 'ANALYST'])}', ${OPENED})`,
    `update ad_account_member set ${CLOSE} where user_id = 'u${u}' and valid_to is null`,
    `update tiktok_account set ad_authorization = ${random.oneOf(['true', 'false', 'null'])} where id = 'a${a}'`,
    `insert into entity values ('${random.oneOf(['shelf', 'user'])}', 'u${u}', '{"n": ${n}}')
     on conflict (type, id) do update set attributes = excluded.attributes`,
    `delete from entity where id = 'u${u}'`,
    `insert into access_request (id, bc_id, tiktok_account_id, scopes, requested_by, token_hash, code, created_at, expires_at, last_write)
     values ('${requestId(n)}', 'b${b}', ${random.oneOf([`'a${a}'`, 'null'])}, '{POST}', 'u${u}',
       decode(repeat('0${n}', 32), 'hex'), 'ABC', now(), now() + interval '1 day', uuidv7())`,
    `update access_request set status = 'CANCELLED', closed_at = now() where id = '${requestId(n)}'`,
    `insert into business_center values ('b9', 'New')`,
    `delete from business_center where bc_id = 'b9'`,
  ]);
}

function everyQuestion(): FactQuestion[] {
  const users = [0, 1, 2, 3].map((n) => ({ subjectType: 'user', subjectId: `u${n}` }));
  const subjects = [...users, { subjectType: 'tiktok_account', subjectId: 'a0' }];
  const bounds = [null, ['b0'], ['b1', 'b2']];
  const named = [{}, { bc_id: 'b1' }, { advertiser_id: 'd0' }, { bc_id: 'b0', user_id: 'u3' }];
  const places = [
    ...[0, 1].map((n) => ({ kind: 'tiktok_account', resourceId: `a${n}` })),
    ...['b0', 'b9'].map((resourceId) => ({ kind: 'business_center', resourceId })),
    ...[0, 1, 2, 3].map((n) => ({ kind: 'access_request', resourceId: requestId(n) })),
    ...['shelf', 'user'].map((kind) => ({ kind, resourceId: 'u1' })),
  ];
  return places.flatMap((place) =>
    (place.kind === 'tiktok_account' ? named : [{}]).flatMap((properties) =>
      subjects.flatMap((subject) => bounds.map((within) => ask({ ...place, ...subject, properties, within }))),
    ),
  );
}

describe('after any write, what is kept is what the database says', () => {
  test.each([1, 2])('seed %i', async (seed) => {
    const random = randomFrom(seed);
    let loaded = 0;
    const counting: Query = async (text, values) => {
      const [first] = values;
      if (Array.isArray(first)) loaded += first.length;
      return query(text, values);
    };
    const loader = new FactLoader(counting);
    const questions = everyQuestion();
    let asked = 0;
    let changed = 0;
    let before = '';
    for (let n = 0; n < 80; n += 1) {
      await writer.query(`begin; ${someWrite(random)}; commit`).catch(async () => writer.query('rollback'));
      const [kept, fresh] = [await loader.load(questions), await loadFacts(query, questions)];
      asked += questions.length;
      const now = fresh.map(told);
      expect(kept.map(told)).toEqual(now);
      changed += JSON.stringify(now) === before ? 0 : 1;
      before = JSON.stringify(now);
    }
    expect(changed).toBeGreaterThan(20);
    expect(loaded).toBeLessThan(asked * 0.7);
  });
});

const REQUEST = '00000000-0000-7000-8000-0000000000ee';
const member = (user: string): string =>
  `insert into member (bc_id, user_id, user_role, ${VALIDITY}) values ('b2', '${user}', 'ADMIN', ${OPENED})`;

test.each<[name: string, of: Partial<FactQuestion>, write: string]>([
  ['its subject', { kind: 'business_center', subjectId: 'sub', resourceId: 'b2' }, member('sub')],
  ['its resource', { resourceId: 'a2' }, `update tiktok_account set ad_authorization = true where id = 'a2'`],
  ['the user whom it names', { properties: { bc_id: 'b2', user_id: 'ass' } }, member('ass')],
  ['the user whom its rows name', { kind: 'access_request', subjectId: 'nobody', resourceId: REQUEST }, member('req')],
  ['an entity', { kind: 'shelf', resourceId: 's9' }, `insert into entity values ('shelf', 's9', '{"n": 1}')`],
])('what is kept of a question hangs on %s', async (_, of, write) => {
  await writer.query(
    `insert into access_request (id, bc_id, scopes, requested_by, token_hash, code, created_at, expires_at, last_write)
     values ('${REQUEST}', 'b2', '{POST}', 'req', decode(repeat('ee', 32), 'hex'), 'ABC', now(), now() + interval '1 day', uuidv7())
     on conflict do nothing`,
  );
  const loader = new FactLoader(query);
  const question = ask({ subjectId: 'nobody', ...of });
  const before = (await loader.load([question])).map(told);
  await writer.query(write);
  const after = (await loader.load([question])).map(told);
  expect(after).toEqual((await loadFacts(query, [question])).map(told));
  expect(after).not.toEqual(before);
});

/** A query whose answers are held back, once the database has given them, until they are let go. */
function holding(): { held: Query; hold: () => { reached: Promise<void>; letGo: () => void } } {
  let next: { reached: () => void; gate: Promise<void> } | null = null;
  return {
    held: async (text, values) => {
      const mine = next;
      next = null;
      const rows = await query(text, values);
      mine?.reached();
      await mine?.gate;
      return rows as never;
    },
    hold: () => {
      const reached = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      next = { reached: reached.resolve, gate: gate.promise };
      return { reached: reached.promise, letGo: gate.resolve };
    },
  };
}

const LINKED = `insert into account_link (tiktok_account_id, user_id, scopes, ${VALIDITY}) values ('a2', 'lin', '{POST}', ${OPENED})`;
const UNLINKED = `update account_link set ${CLOSE} where user_id = 'lin' and valid_to is null`;
const LIN = ask({ subjectId: 'lin', resourceId: 'a2' });
const isLinked = (loaded: readonly Loaded[]): boolean[] =>
  loaded.map((it) => factLines(it).join().includes('account link'));

describe('whatever comes between', () => {
  beforeAll(async () => void (await writer.query(UNLINKED)));

  test('a check waits for a statement that began after it arrived', async () => {
    const { held, hold } = holding();
    const loader = new FactLoader(held);
    await writer.query(LINKED);
    expect(isLinked(await loader.load([LIN]))).toEqual([true]);
    const { reached, letGo } = hold();
    const first = loader.load([LIN]);
    await reached;
    await writer.query(UNLINKED);
    const second = loader.load([LIN]);
    letGo();
    expect(isLinked(await first)).toEqual([true]);
    expect(isLinked(await second)).toEqual([false]);
  });

  test('what was loaded before a write, and stored after it, is dropped', async () => {
    const { held, hold } = holding();
    const loader = new FactLoader(held);
    await writer.query(LINKED);
    const { reached, letGo } = hold();
    const first = loader.load([LIN]);
    await reached;
    await writer.query(UNLINKED);
    letGo();
    expect(isLinked(await first)).toEqual([true]);
    expect(isLinked(await loader.load([LIN]))).toEqual([false]);
    expect(isLinked(await loader.load([LIN]))).toEqual([false]);
  });

  test('what a slow statement loaded is not kept beyond what a later one has dropped', async () => {
    const { held, hold } = holding();
    const loader = new FactLoader(held);
    const other = ask({ subjectId: 'lin', resourceId: 'a1' });
    await writer.query(LINKED);
    await loader.load([other]);
    const slow = hold();
    const first = loader.load([LIN]);
    await slow.reached;
    await writer.query(UNLINKED);
    const soon = setTimeout(200);
    // Were there several statements under way, these would overtake the slow one.
    const second = loader.load([other]);
    await Promise.race([second, soon]);
    const later = hold();
    const third = loader.load([other]);
    await Promise.race([later.reached, setTimeout(200)]);
    slow.letGo();
    expect(isLinked(await first)).toEqual([true]);
    later.letGo();
    await Promise.all([second, third]);
    expect(isLinked(await loader.load([LIN]))).toEqual([false]);
  });

  test('a batch never mixes two moments, though some of it is kept and some is not', async () => {
    const other = ask({ subjectId: 'lin', resourceId: 'a1' });
    const move = (from: string, to: string): string =>
      `begin; ${UNLINKED} and tiktok_account_id = '${from}';
       insert into account_link (tiktok_account_id, user_id, scopes, ${VALIDITY}) values ('${to}', 'lin', '{POST}', ${OPENED}); commit`;
    await writer.query(`${UNLINKED}; ${LINKED}`);
    const moving = async (): Promise<void> => {
      for (let n = 0; n < 100; n += 1) await writer.query(n % 2 === 0 ? move('a2', 'a1') : move('a1', 'a2'));
    };
    const under = { way: true };
    const moved = moving().finally(() => (under.way = false));
    const seen = new Set<string>();
    const loader = new FactLoader(query);
    while (under.way) {
      const [alone, both] = await Promise.all([loader.load([LIN]), loader.load([LIN, other])]);
      expect(alone).toHaveLength(1);
      await setImmediate();
      seen.add(isLinked(both).join());
    }
    await moved;
    await writer.query(UNLINKED);
    expect([...seen].toSorted()).toEqual(['false,true', 'true,false']);
  });

  test('a request that was kept while it was pending has expired when its time has come', async () => {
    const id = '00000000-0000-7000-8000-0000000000ff';
    await writer.query(
      `insert into access_request (id, bc_id, scopes, requested_by, token_hash, code, created_at, expires_at, last_write)
       values ('${id}', 'b0', '{POST}', 'u0', decode(repeat('ff', 32), 'hex'), 'ABC', now(), now() + interval '700 ms', uuidv7())`,
    );
    const loader = new FactLoader(query);
    const status = async (): Promise<unknown> => {
      const [loaded] = await loader.load([ask({ kind: 'access_request', resourceId: id })]);
      return loaded && (project(loaded, EVERYTHING).vector as { status: unknown }).status;
    };
    expect(await status()).toBe('PENDING');
    await writer.query(
      `select pg_sleep(extract(epoch from expires_at - clock_timestamp())) from access_request where id = '${id}'`,
    );
    expect(await status()).toBe('EXPIRED');
  });

  test.each([
    [
      'notes that were trimmed before they were read',
      `update change_mark set trimmed = (pg_current_xact_id()::text::bigint + 1)::text::xid8`,
    ],
    ['another life of the server', `update change_mark set epoch = gen_random_uuid()`],
  ])('%s drop everything', async (_, lose) => {
    const loader = new FactLoader(query);
    await writer.query(LINKED);
    expect(isLinked(await loader.load([LIN]))).toEqual([true]);
    await writer.query(`begin; ${UNLINKED}; delete from relationship_change; ${lose}; commit`);
    expect(isLinked(await loader.load([LIN]))).toEqual([false]);
  });

  test('a write of more than is noted drops everything', async () => {
    const loader = new FactLoader(query);
    const account = ask({ subjectId: 'lin', resourceId: 'z' });
    await writer.query(
      `insert into tiktok_account (id) select 'm' || n from generate_series(1, 30000) n; insert into tiktok_account (id) values ('z')`,
    );
    const before = (await loader.load([account])).map(told);
    await writer.query('update tiktok_account set ad_authorization = true');
    await writer.query(`delete from relationship_change where key = 'tiktok_account:z'`);
    expect((await loader.load([account])).map(told)).not.toEqual(before);
  });
});

test('a batch larger than memory is answered all the same', async () => {
  const loader = new FactLoader(query, { mostBytes: 5000 });
  const questions = everyQuestion();
  for (let n = 0; n < 2; n += 1) {
    expect((await loader.load(questions)).map(told)).toEqual((await loadFacts(query, questions)).map(told));
  }
});

test('memory is what it says', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const most = 8 * 1024 * 1024;
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  // As they come from the driver: no text is shared.
  const fresh = (text: string): string => Buffer.from(text).toString();
  const row = (slice: string, n: number): SliceRow => ({
    slice,
    bc_id: fresh(`business-center-${n % 97}`),
    a: fresh('STANDARD'),
    b: fresh(`00000000-0000-7000-8000-${String(n).padStart(12, '0')}`),
    c: null,
    scopes: null,
  });
  const before = heap();
  const kept = new KeptFacts(most);
  for (let n = 0; n < 20_000; n += 1) {
    const key = JSON.stringify(['tiktok_account', 'user', `user-${n % 1000}`, `account-${n}`, null, null, null, null]);
    const rows = [row('membership', n), row('account_grant', n), row('assignment', n)];
    kept.set(key, {
      rows,
      until: Infinity,
      things: [`user:user-${n % 1000}`, `tiktok_account:account-${n}`, `business_center:${n % 97}`],
    });
  }
  const used = heap() - before;
  expect(kept.bytes).toBeGreaterThan(most * 0.9);
  expect(used / most).toBeLessThan(1.1);
});
