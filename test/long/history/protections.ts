import type { Edit } from '../../support/policy-dir.ts';

/** What keeps histories explicable, each with the edits that switch it off. */
export const PROTECTIONS: Readonly<Record<string, readonly Edit[]>> = {
  'one write at a time': [
    [
      'src/domain/transact.ts',
      'from relationship_revision where one for update',
      'from relationship_revision where one',
    ],
  ],
  'an assignment is decided when it takes effect': [
    [
      'src/domain/assignments/assign.ts',
      "await authorize(ctx, { action: 'assign_member', resource, properties }, tx);",
      '',
    ],
    [
      'src/domain/assignments/assign.ts',
      '  return transact(ctx, async (tx) => {',
      `  const { bc_id, user_id, scopes, tiktok_account_id: id } = view;
  const question = { action: 'assign_member', resource: { type: 'tiktok_account', id }, properties: { bc_id, user_id, scopes } } as const;
  await authorize(ctx, question, null);
  return transact(ctx, async (tx) => {`,
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
