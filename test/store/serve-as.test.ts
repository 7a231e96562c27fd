import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { probeSchema } from '../../src/probes/schema.ts';
import { migrateGiven, prepare } from '../../src/store/migrate.ts';

// A database that is not ours: one role owns the schema and is no superuser, another serves. Names are odd on purpose.
const SUFFIX = randomUUID().slice(0, 8);
const NAMES = {
  database: `sparkgate "db" ${SUFFIX}`,
  owner: `Owner's "own" ${SUFFIX}`,
  serving: `serve; drop table member -- ${SUFFIX}`,
  member: `member ${SUFFIX}`,
  writers: `writers ${SUFFIX}`,
};
const quoted = Object.fromEntries(
  Object.entries(NAMES).map(([key, name]) => [key, pg.escapeIdentifier(name)]),
) as Record<keyof typeof NAMES, string>;

const at = (user: string) => ({ ...inject('postgres'), user, database: NAMES.database });
const OWNER = () => at(NAMES.owner);
const SERVING = () => at(NAMES.serving);

/** Runs statements as a role, in the database or another. */
async function as(user: string, statements: string[], database = NAMES.database): Promise<pg.QueryResult[]> {
  const client = new pg.Client({ ...at(user), database });
  await client.connect();
  try {
    const results: pg.QueryResult[] = [];
    for (const statement of statements) results.push(await client.query(statement));
    return results;
  } finally {
    await client.end();
  }
}
const admin = async (...statements: string[]) => as(inject('postgres').user, statements);

/** A setting that lasts as long as the work. */
async function during<T>(statement: string, undo: string, work: () => Promise<T>): Promise<T> {
  await admin(statement);
  try {
    return await work();
  } finally {
    await admin(undo);
  }
}

beforeAll(async () => {
  const roles = [quoted.owner, quoted.serving, quoted.member].map((role) => `create role ${role} login`);
  await as(
    inject('postgres').user,
    [
      ...roles,
      `create role ${quoted.writers}`,
      `grant ${quoted.owner} to ${quoted.member}`,
      `create database ${quoted.database} owner ${quoted.owner} template template0 strategy file_copy`,
    ],
    'postgres',
  );
});
afterAll(async () => {
  const roles = [quoted.owner, quoted.serving, quoted.member, quoted.writers].map((role) => `drop role ${role}`);
  await as(inject('postgres').user, [`drop database ${quoted.database} with (force)`, ...roles], 'postgres');
});

/** What a start as this role would say of the schema. */
const said = async (address: ReturnType<typeof at>): Promise<string[]> =>
  (await probeSchema(address)).map(({ level, says }) => `${level}: ${says}`);
const REFUSED = 'problem: The embedded database cannot be used: ';
const WARNED = 'warning: The embedded database can be used, but ';
const command = `run \`sparkgate migrate --serve-as ${NAMES.serving}\` as the role that owns the schema.`;

describe('an empty database', () => {
  test('the role that serves cannot fill it, and says who can', async () => {
    expect(await said(SERVING())).toEqual([
      `${REFUSED}there is no schema in it that the role ${NAMES.serving} may use, nor may that make one; ${command}`,
    ]);
    await expect(migrateGiven(SERVING(), null)).rejects.toThrow(
      'does not own the schema; migrate as the role that does',
    );
  });

  test.each([
    ['no role', () => 'nobody "at" all', 'there is no role "nobody ""at"" all"; make it first (create role'],
    ['a superuser', () => inject('postgres').user, 'is a superuser, so no privilege would bind it'],
    ['the owner', () => NAMES.owner, 'owns the schema, or is a member of the role that does'],
    ['a member of the owner', () => NAMES.member, 'owns the schema, or is a member of the role that does'],
  ])('%s cannot be the one that serves, and nothing is migrated', async (_what, role, sentence) => {
    await expect(migrateGiven(OWNER(), role())).rejects.toThrow(sentence);
    expect((await admin(`select to_regclass('member')`))[0]?.rows).toEqual([{ to_regclass: null }]);
  });

  test('its owner migrates, as often as it likes and at once', async () => {
    await Promise.all([1, 2, 3].map(async () => migrateGiven(OWNER(), NAMES.serving)));
    await migrateGiven(OWNER(), NAMES.serving);
    expect(await said(SERVING())).toEqual([]);
    const [migrations] = await admin('select count(*) = count(distinct name) as once from mikro_orm_migrations');
    expect(migrations?.rows).toEqual([{ once: true }]);
  });
});

describe('a database that is migrated', () => {
  test('the owner may serve, and is told what that means', async () => {
    const means = 'owns its schema, so nothing keeps the service from changing the audit trail; make a role that owns ';
    expect(await said(OWNER())).toEqual([expect.stringContaining(`${WARNED}the role ${NAMES.owner} ${means}`)]);
    expect(await said(at(NAMES.member))).toEqual([expect.stringContaining(`the role ${NAMES.member} ${means}`)]);
  });

  test('what the owner gave too much is taken back', async () => {
    await as(NAMES.owner, [`grant all on audit_entry, member to ${quoted.serving}`]);
    const [sentence] = await said(SERVING());
    expect(sentence).toContain('may also UPDATE on audit_entry, DELETE on audit_entry');
    await migrateGiven(OWNER(), NAMES.serving);
    expect(await said(SERVING())).toEqual([]);
  });

  test.each([
    [
      'everybody',
      'grant update on audit_entry to public',
      'revoke update on audit_entry from public',
      'UPDATE on audit_entry',
    ],
    [
      'a group',
      `grant delete on member to ${quoted.writers}; grant ${quoted.writers} to ${quoted.serving}`,
      `revoke all on member from ${quoted.writers}; revoke ${quoted.writers} from ${quoted.serving}`,
      'DELETE on member',
    ],
    [
      'the schema',
      'grant create on schema public to public',
      'revoke create on schema public from public',
      'CREATE on the schema',
    ],
    [
      'the server',
      `grant set on parameter session_replication_role to ${quoted.serving}`,
      `revoke set on parameter session_replication_role from ${quoted.serving}`,
      'SET on session_replication_role',
    ],
  ])('what %s gives too much is named', async (_by, grant, undo, words) => {
    await during(grant, undo, async () => {
      await expect(migrateGiven(OWNER(), NAMES.serving)).rejects.toThrow(`may ${words}, which this role cannot change`);
      expect(await said(SERVING())).toEqual([expect.stringContaining(`may also ${words};`)]);
    });
    expect(await said(SERVING())).toEqual([]);
  });

  test.each([
    ['revoke insert on audit_entry from', 'lacks INSERT on audit_entry; '],
    ['revoke execute on function analyze_relationships() from', 'lacks EXECUTE on analyze_relationships(); '],
    ['revoke all on all tables in schema public from', 'may not use its tables; '],
    ['revoke usage on schema public from public,', 'there is no schema in it that the role'],
  ])('%s it: refused, until its owner gives that back', async (statement, sentence) => {
    await as(inject('postgres').user, [`${statement} ${quoted.serving}`]);
    expect(await said(SERVING())).toEqual([expect.stringMatching(/^problem: /)]);
    expect((await said(SERVING()))[0]).toContain(sentence);
    expect((await said(SERVING()))[0]).toContain(command);
    await migrateGiven(OWNER(), NAMES.serving);
    expect(await said(SERVING())).toEqual([]);
  });

  test('no temporary tables for everybody: the owner gives them to this role', async () => {
    await admin(`revoke temporary on database ${quoted.database} from public`);
    expect(await said(SERVING())).toEqual([expect.stringContaining('lacks TEMPORARY on the database; ')]);
    await migrateGiven(OWNER(), NAMES.serving);
    expect(await said(SERVING())).toEqual([]);
  });

  test('one migration behind: the owner catches up, the other role refuses', async () => {
    await as(NAMES.owner, [`delete from mikro_orm_migrations where name like '%row_ids'`]);
    expect(await said(SERVING())).toEqual([
      `${REFUSED}its schema is older than this version, and the role ${NAMES.serving} does not own it; ${command}`,
    ]);
    await prepare(OWNER(), null);
    expect(await said(SERVING())).toEqual([]);
  });

  test('a later version was here: nobody serves, nobody migrates', async () => {
    const later = `insert into mikro_orm_migrations (name) values ('Migration20991231000000_later')`;
    await during(later, `delete from mikro_orm_migrations where name like '%later'`, async () => {
      const sentence =
        'a later version of Sparkgate has migrated it (Migration20991231000000_later); start that version, or restore a backup';
      for (const address of [SERVING(), OWNER()]) {
        expect(await said(address)).toEqual([`${REFUSED}${sentence}.`]);
        await expect(prepare(address, null)).rejects.toThrow(sentence);
        await expect(migrateGiven(address, NAMES.serving)).rejects.toThrow(sentence);
      }
    });
  });

  // Before 16, who may make roles may join any of them.
  test('a role that makes roles may serve where that does not make it the owner', async () => {
    const [version] = await admin('show server_version_num');
    const isBound = Number(version?.rows[0].server_version_num) >= 160_000;
    const may = `alter role ${quoted.serving}`;
    await during(`${may} createrole`, `${may} nocreaterole`, async () => {
      const answer = await migrateGiven(OWNER(), NAMES.serving).catch((error: Error) => error.message);
      if (isBound) expect(answer).toBeUndefined();
      else expect(answer).toContain('may make itself a member of the owner (createrole)');
    });
  });
});
