import type { Edit } from '../../support/policy-dir.ts';

const GATES = 'src/store/migrations/Migration20261128300000_writes.ts';

/** What keeps histories explicable, each with the edits that switch it off. */
export const PROTECTIONS: Readonly<Record<string, readonly Edit[]>> = {
  'a write passes the gates of what it changes and leans on': [
    [GATES, 'if gate.exclusive then perform pg_advisory_xact_lock(gate.key);', 'if gate.exclusive then perform 1;'],
    [GATES, 'else perform pg_advisory_xact_lock_shared(gate.key); end if;', 'end if;'],
  ],
  'a write is decided again behind its gates': [['src/domain/transact.ts', '  await allow?.(tx);\n', '']],
  'a batch is of one moment': [
    [
      'src/decision/decide.ts',
      ': await this.#facts.load(questions);',
      ': (await Array.fromAsync(questions, async (it) => this.#facts.load([it]))).flat();',
    ],
  ],
};
