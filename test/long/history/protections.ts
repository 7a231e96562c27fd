import type { Edit } from '../../support/policy-dir.ts';

/** What keeps histories explicable, each with the edits that switch it off. */
export const PROTECTIONS: Readonly<Record<string, readonly Edit[]>> = {
  'a write passes the gates of what it changes and leans on': [
    [
      'src/store/session.ts',
      'case when g.alone then pg_advisory_xact_lock(g.key) else pg_advisory_xact_lock_shared(g.key) end',
      '1',
    ],
  ],
  'a write is decided again behind its gates': [['src/domain/transact.ts', '    await allow?.(tx);\n', '']],
  'an import looks again at what it found to be so, and at what it skips': [
    [
      'src/domain/import/settle.ts',
      "for (let times = 0; (await again('behind')) > 0; times += 1) if (times === BEHIND) throw new Interference();",
      '',
    ],
  ],
  'a batch is of one moment': [
    [
      'src/decision/decide.ts',
      ': await this.#facts.load(questions);',
      ': (await Array.fromAsync(questions, async (it) => this.#facts.load([it]))).flat();',
    ],
  ],
};

const SETTLE = 'src/domain/import/settle.ts';
const OVERTAKEN = 'src/domain/import/overtaken.ts';
const AGAIN = 'src/domain/import/again.ts';
const OPEN = 'src/domain/import/relationships.ts';
const NOUNS = 'src/domain/import/nouns.ts';
const ENTITIES = 'src/domain/import/entities.ts';
const MISSING = 'src/domain/import/replace.ts';
const PLAN = 'src/domain/import/plan.ts';

/**
 * What keeps an import explicable beside other writes. Each is about a few milliseconds between two statements of it, which
 * histories hit too seldom to be sure of: of the gate that an import takes for itself they found nothing in ten. The races
 * in `test/races/imports.test.ts` stop the import right there, so they find each at once.
 */
export const OF_IMPORTS: Readonly<Record<string, Edit>> = {
  'an import is alone from its last look to its commit': [
    SETTLE,
    `  await passImports(tx.query, async () => {
    if (!manner.dryRun && total(counts) >= MANY) await analyze(tx.query);
    await again('beside');
  });
`,
    '',
  ],
  'it looks again behind the gate': [
    SETTLE,
    "for (let times = 0; (await again('behind')) > 0; times += 1) if (times === BEHIND) throw new Interference();",
    '',
  ],
  'it is told of what was open when it looked before': [
    'src/domain/change-log.ts',
    'xid = any (array(select pg_snapshot_xip(${since}::pg_snapshot)))',
    'false',
  ],
  'it is told of what began since it looked before': [
    'src/domain/change-log.ts',
    'where xid >= pg_snapshot_xmax(${since}::pg_snapshot)',
    'where false and xid >= pg_snapshot_xmax(${since}::pg_snapshot)',
  ],
  'what is planned again begins after what it replaces': [SETTLE, '{ ...tx, at: await now(tx) }', 'tx'],
  'it looks for what is no longer so': [
    OVERTAKEN,
    "where ${isSo(relation, 'c')} and ${isMoved(others, key)}",
    'where false',
  ],
  'it looks for what would not be skipped now': [OVERTAKEN, ', skippedOtherwise(tx, relation, others)]', ']'],
  'it looks for what has lost its ground': [
    OVERTAKEN,
    'if (relation === ASSIGNMENT) found.push(...groundless(tx, others));',
    '',
  ],
  'it looks for roles in what comes back': [OVERTAKEN, 'found.push(ofMoved(others))', 'found.push()'],
  'it looks for what a replacement has not seen': [AGAIN, 'await endNew(tx, scope, manner, applied)', '0'],
  'it withdraws what has lost its ground': [AGAIN, 'if (again[relation.type]) await withdraw(tx, relation);', ';'],
  'it sees what others ended before its rows stood': [OPEN, 'where ${endedSince(tx, relation)}', 'where false'],
  'it sees what others opened before it did': [
    OPEN,
    'where latest.reason is null and not exists (',
    'where false and not exists (',
  ],
  'what it withdrew is not what a person ended': [PLAN, '\n    and e.ended_write is distinct from e.begun_write', ''],
  'it leaves alone the fields that others changed': [
    NOUNS,
    'where not exists (select from written w where w.${key} = p.${key})',
    'where false',
  ],
  'it ends no role in what others have moved': [
    NOUNS,
    'from locked l where l.advertiser_id = p.advertiser_id)',
    'from locked)',
  ],
  'it leaves alone the entities that others changed': [
    ENTITIES,
    'where not exists (select from written w where w.type = p.entity_type and w.id = p.id)',
    'where false',
  ],
  'what others ended it does not end': [
    MISSING,
    'where not exists (select from ended e where e.id = m.id)',
    'where false',
  ],
  'what others moved it does not take': [
    MISSING,
    'where not exists (select from locked',
    'where false and not exists (select from locked',
  ],
};
