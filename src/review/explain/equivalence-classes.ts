import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { UnreadableExpression } from '@sparkgate/cerbos-policies/expressions';
import { InfiniteDomain } from '@sparkgate/policy-workbench/space/finite-domain';
import type { Json } from '@sparkgate/cerbos-policies/json';
import type { Side } from '../impact/side.ts';
import type { VectorUnit } from '@sparkgate/policy-workbench/space/vector-unit';
import { openSpace, rulesFor } from '@sparkgate/policy-workbench/verify/verify-kind';
import { CONTRACT } from '../contract.ts';

/** Which values of a field the rules about an action tell apart. */
export interface Apart {
  /** The class of a value: values of one class are decided alike, whatever the other fields are. */
  classOf: (field: string, value: unknown) => string;
  /** Whether the class of a list follows from the classes of its parts. */
  adds: (field: string) => boolean;
  /** Roles that the rules ask for. */
  roles: readonly string[];
}

/** Every value by itself, where the policy looks at what the workbench cannot read. */
export const EACH_BY_ITSELF: Apart = {
  classOf: (_field, value) => (value === undefined ? 'absent' : JSON.stringify(value)),
  adds: () => false,
  roles: [],
};

/** What the rules about an action tell apart. */
export async function toldApart({ folder, texts }: Side, kind: string, action: string): Promise<Apart> {
  const text = texts?.get(kind);
  if (!text) return EACH_BY_ITSELF;
  const rules = rulesFor([action], text);
  const roles = [...new Set(rules.flatMap((rule) => rule.roles))].filter((role) => role !== '*');
  try {
    const space = await openSpace(folder, CONTRACT, { ...text, rules });
    return { ...byUnit(space.unit([action], rules)), roles };
  } catch (error) {
    const isBeyond = error instanceof InfiniteDomain || error instanceof UnreadableExpression;
    if (isBeyond || error instanceof PolicyError) return { ...EACH_BY_ITSELF, roles };
    throw error;
  }
}

function byUnit(unit: VectorUnit): Omit<Apart, 'roles'> {
  const classOf = (field: string, value: unknown): string => {
    try {
      const found = unit.classesOf(field).classOf(value as Json);
      if (found !== undefined) return String(found);
    } catch {
      // A value that the schema does not know is of no class.
    }
    return EACH_BY_ITSELF.classOf(field, value);
  };
  return { classOf, adds: (field) => unit.classesOf(field).untried === null };
}
