/** Attributes as they were parsed from JSON. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Everything that one decision is made from. By the same policies, equal inputs have equal answers. */
export interface DecisionInput {
  kind: string;
  action: string;
  roles: readonly string[];
  principalId: string;
  principalAttr: Attributes;
  resourceId: string;
  resourceAttr: Attributes;
}

/** Whose decision it is, and about what. */
export type Ids = Pick<DecisionInput, 'principalId' | 'resourceId'>;

/** What holds of both, without their ids. */
type Stated = Pick<DecisionInput, 'kind' | 'action' | 'roles' | 'resourceAttr'> &
  Partial<Pick<DecisionInput, 'principalAttr'>>;

/** Sent in place of ids that no policy of the kind reads, so that equal facts make equal inputs. */
export const PLACEHOLDERS: Ids = { principalId: 'subject', resourceId: 'resource' };

/** Builds an input; without `ids` it holds none. */
export function decisionInput({ kind, action, roles, principalAttr = {}, resourceAttr }: Stated, ids = PLACEHOLDERS) {
  const { principalId, resourceId } = ids;
  return { kind, action, roles, principalId, principalAttr, resourceId, resourceAttr } satisfies DecisionInput;
}
