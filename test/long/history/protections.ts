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
      'for (let times = 0; (await again()) > 0; times += 1) if (times === BEHIND) throw new Interference();',
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
